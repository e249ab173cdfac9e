// Zones from rows: what cannot be served is left out and named.
import { expect, test } from 'vitest';
import { InvalidNameError } from '../../protocols/dns/names.ts';
import { TYPE } from './constants.ts';
import { record, tableOf, zoneOf } from './testing/zones.ts';
import { buildZone, recordSet } from './zone.ts';

const ROW = {
  name: 'example.com',
  serial: 4_294_967_295,
  primary_ns: 'ns1.example.com',
  hostmaster: 'first\\.last.example.com',
  refresh_s: 1,
  retry_s: 2,
  expire_s: 3,
  negative_ttl_s: 7200,
};

test('a record that cannot be served costs only itself, and is named with the reason', () => {
  const { zone, skipped } = buildZone(ROW, [
    record('example.com', 'A', '192.0.2.1'),
    record('example.com', 'A', 'nonsense'),
    record('bad..example.com', 'A', '192.0.2.1'),
    record('example.net', 'A', '192.0.2.1'),
    record('example.com', 'SOA', 'a. b.c. 1 2 3 4 5'),
    record('example.com', 'CNAME', 'www.example.net.'),
    record('www.example.com', 'CNAME', 'a.example.net.'),
    record('www.example.com', 'CNAME', 'b.example.net.'),
    record('example.com', 'A', '192.0.2.1'),
    record('example.com', 'NOSUCHTYPE', 'x'),
  ]);
  expect(skipped.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'example.com A',
    'bad..example.com A',
    'example.net A',
    'example.com SOA',
    'example.com CNAME',
    'www.example.com CNAME',
    'example.com A',
    'example.com NOSUCHTYPE',
  ]);
  expect(skipped.every(({ reason }) => reason.length > 10)).toBe(true);
  expect(recordSet(zone.nodes.get('example.com'), TYPE.A)?.rdatas).toEqual([Buffer.from([192, 0, 2, 1])]);
  expect(recordSet(zone.nodes.get('www.example.com'), TYPE.CNAME)?.targets).toEqual(['a.example.net']);
});

test('negative answers live as long as the lower of the SOA TTL and its last field', () => {
  expect(buildZone(ROW, []).zone.negativeSoa.ttlS).toBe(3600);
  expect(buildZone({ ...ROW, negative_ttl_s: 60 }, []).zone.negativeSoa.ttlS).toBe(60);
});

test('a zone whose SOA names are not names cannot be built', () => {
  expect(() => buildZone({ ...ROW, name: 'a..b' }, [])).toThrow(InvalidNameError);
  expect(() => buildZone({ ...ROW, primary_ns: 'a b' }, [])).toThrow();
});

test('each version of a zone has another stamp; only zones that come or go change the generation', () => {
  const { slot } = zoneOf('example.com', [], 1);
  const table = tableOf(zoneOf('example.com', [], 1));
  const now = () => [table.stamps.stamp(slot), table.stamps.generation, table.stamps.changes];
  const [stamp, generation, changes] = now() as [number, number, number];
  table.put(zoneOf('example.com', [], 2));
  expect(now()).toEqual([stamp + 1, generation, changes + 1]);
  table.remove('example.com');
  table.remove('example.com');
  expect(now()).toEqual([stamp + 2, generation + 1, changes + 2]);
  table.put(zoneOf('example.com', [], 2));
  expect(now()).toEqual([stamp + 3, generation + 2, changes + 3]);
});
