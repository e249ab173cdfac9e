// Zone files through HTTP: out, in again, and out to the wire.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatRdata } from '../../../protocols/dns/presentation.ts';
import { typeName } from '../../../protocols/dns/record-types.ts';
import { recordDataArbitrary } from '../../../protocols/dns/testing.ts';
import { typeCodeOf } from '../../../protocols/dns/wire.ts';
import { findZoneConflicts } from '../../../protocols/dns/zone-conflicts.ts';
import { activeDomains, expectOnTheWire } from '../../testing/active-domain.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
let uid: string;
let zone: string;
let spare: { uid: string; name: string };
beforeAll(async () => {
  const [first, second] = await activeDomains(api, 2);
  ({ uid, name: zone } = first!);
  spare = second!;
});

const importText = (zone_file: string, more: object = {}) =>
  api.post('/dns/import', { uid, zone_file, ...more });
const records = async (of = uid): Promise<Body[]> =>
  (await api.get(`/dns/list?uid=${of}`)).body.dns_record.records;
const custom = async (of = uid) => (await records(of)).filter(({ managed }) => !managed);
const exported = async (of = uid): Promise<string> => (await api.get(`/dns/export?uid=${of}`)).body.zone_file;
const clear = async (of = uid) => {
  const record_ids = (await custom(of)).map((record) => record.uid);
  if (record_ids.length > 0)
    expect((await api.post('/dns/delete', { uid: of, record_ids })).status).toBe(200);
};
const outcomes = (body: Body): string[] =>
  body.lines.map(({ line, outcome, rule }: Body) => `${line} ${outcome}${rule ? ` (${rule})` : ''}`);
const said = ({ host, type, value, priority, ttl }: Body) => `${host} ${ttl} ${type} ${priority} ${value}`;

describe('dns/export', () => {
  test('gives a file with every record, that comes in again with nothing new', async () => {
    await importText(
      'www2 60 IN A 192.0.2.1\n_sip._tcp SRV 0 1 5060 sip.example.net.\ntext TXT "two" "strings"',
    );
    const text = await exported();
    expect(text).toContain(`$ORIGIN ${zone}.\n`);
    expect(text).toContain('; Served by ns1.inboxkit.localhost and ns2.inboxkit.localhost');
    const before = await records();
    const { body } = await importText(text);
    expect(body.summary).toMatchObject({ added: 0, changed: 0, refused: 0, already_there: before.length });
    expect((await records()).map(said)).toEqual(before.map(said));
    expect(await exported()).toBe(text);
  });
});

describe('dns/import', () => {
  test('tells what became of every line, and imports what it can', async () => {
    await clear();
    const text = [
      `$ORIGIN ${zone}.`,
      '$TTL 1h ; for all',
      '@ IN SOA ns1 hostmaster ( 1',
      '  2 3 4 5 )',
      '@ NS ns1.other.example.',
      'app A 192.0.2.1',
      '    AAAA 2001:db8::1',
      'app A 192.0.2.1',
      '@ MX 10 mail.inboxkit.localhost.',
      '@ TXT "v=spf1 -all"',
      'imap CNAME mail.example.net.',
      'imap TXT "beside an alias"',
      'www.example.net. A 192.0.2.2',
      'bad A 192.0.2.300',
      `odd.${zone} A 192.0.2.3`,
      '@ MX 1 mx.rival.example.',
      'sub NS ns.sub',
      'ns.sub A 192.0.2.53',
      'new TYPE65280 \\# 2 CAFE',
    ].join('\n');
    const expected = [
      '3 ignored (RFC 1034 §4.2.1)',
      '5 ignored (RFC 1034 §4.2.1)',
      '6 added',
      '7 added',
      '8 already_there',
      '9 already_there',
      '10 refused (RFC 7208 §4.5)',
      '11 added',
      '12 refused (RFC 1034 §3.6.2)',
      '13 refused (RFC 1034 §4.2.1)',
      '14 refused (RFC 1035 §3.4.1)',
      '15 refused (RFC 1035 §5.1)',
      '16 refused (RFC 5321 §5.1)',
      '17 added',
      '18 added',
      '19 added',
    ];
    const before = await records();
    const dry = await importText(text, { dry_run: true });
    expect(outcomes(dry.body)).toEqual(expected);
    expect(dry.body).toMatchObject({ dry_run: true, lines: expect.arrayContaining([]) });
    expect(await records()).toEqual(before);

    const { body } = await importText(text);
    expect(outcomes(body)).toEqual(expected);
    expect(body.summary).toEqual({
      added: 6,
      changed: 0,
      already_there: 2,
      refused: 6,
      ignored: 2,
      removed: 0,
    });
    const added = await custom();
    expect(added.map(said).toSorted()).toEqual(
      [
        'app 3600 A null 192.0.2.1',
        'app 3600 AAAA null 2001:db8::1',
        'imap 3600 CNAME null mail.example.net',
        `sub 3600 NS null ns.sub.${zone}`,
        'ns.sub 3600 A null 192.0.2.53',
        'new 3600 TYPE65280 null \\# 2 CAFE',
      ].toSorted(),
    );
    const line = body.lines.find((one: Body) => one.line === 6);
    expect(line).toEqual({
      line: 6,
      text: 'app A 192.0.2.1',
      outcome: 'added',
      record_id: added.find(({ type }) => type === 'A').uid,
      reason: null,
      rule: null,
    });
    await expectOnTheWire(api, `app.${zone}`, 'AAAA', ['3600 2001:db8::1']);
    expect(outcomes((await importText(text)).body).filter((one) => one.endsWith('added'))).toEqual([]);
  });

  test('merges: changes the TTL of what is there, and removes nothing', async () => {
    await clear();
    await importText('one 60 A 192.0.2.1\ntwo 60 A 192.0.2.2');
    const { body } = await importText('one 300 A 192.0.2.1');
    expect(outcomes(body)).toEqual(['1 changed']);
    expect((await custom()).map(said)).toEqual(['one 300 A null 192.0.2.1', 'two 60 A null 192.0.2.2']);
  });

  test('replaces the owner’s records and no others when told so, or nothing when a line is refused', async () => {
    await clear();
    await importText('one 60 A 192.0.2.1\ntwo 60 A 192.0.2.2');
    const managed = (await records()).filter(({ managed: kept }) => kept);
    const mode = { mode: 'replace_custom' };
    const refused = await importText('three A 192.0.2.3\nfour A nope', mode);
    expect([refused.status, refused.body.code]).toEqual([409, 'zone_file_refused']);
    expect(outcomes(refused.body)).toEqual(['2 refused (RFC 1035 §3.4.1)']);
    const dry = await importText('three A 192.0.2.3\nfour A nope', { ...mode, dry_run: true });
    expect(outcomes(dry.body)).toEqual(['1 added', '2 refused (RFC 1035 §3.4.1)']);
    expect(dry.body.removed.map(({ host }: Body) => host)).toEqual(['one', 'two']);
    const { body } = await importText('two 60 A 192.0.2.2\nthree 60 A 192.0.2.3\none 60 CNAME three', mode);
    expect(outcomes(body)).toEqual(['1 already_there', '2 added', '3 added']);
    expect(body.summary.removed).toBe(1);
    expect((await custom()).map(said).toSorted()).toEqual([
      `one 60 CNAME null three.${zone}`,
      'three 60 A null 192.0.2.3',
      'two 60 A null 192.0.2.2',
    ]);
    expect((await records()).filter(({ managed: kept }) => kept).map(said)).toEqual(managed.map(said));
  });

  test('takes an exchanger before the domain’s own only with the owner’s word', async () => {
    await clear();
    const text = '@ MX 1 mx.rival.example.';
    expect(outcomes((await importText(text)).body)).toEqual(['1 refused (RFC 5321 §5.1)']);
    expect(outcomes((await importText(text, { confirm_managed: true })).body)).toEqual(['1 added']);
  });

  test('refuses more than a zone may hold before it looks at them', async () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `n A 10.0.${index >> 8}.${index & 255}`).join(
      '\n',
    );
    const { status, body } = await importText(text);
    expect([status, body.code]).toEqual([400, 'zone_too_large']);
  });

  test('finds the few bad lines among many good ones', async () => {
    await clear();
    const good = Array.from({ length: 600 }, (_, index) => `n${index} A 192.0.2.1`);
    const bad = ['n5 CNAME a.example.', 'n500 CNAME b.example.', '@ CNAME c.example.'];
    const { body } = await importText([...good.slice(0, 300), ...bad, ...good.slice(300)].join('\n'));
    expect(body.summary).toMatchObject({ added: 600, refused: 3 });
    expect(
      body.lines.filter(({ outcome }: Body) => outcome === 'refused').map(({ line }: Body) => line),
    ).toEqual([301, 302, 303]);
    await clear();
  });
});

describe('any set of valid records', () => {
  const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?$/);
  const host = fc.oneof(
    label,
    fc.tuple(label, label).map((labels) => labels.join('.')),
    label.map((one) => `*.${one}`),
  );
  const one = fc.record({ host, data: recordDataArbitrary, ttl: fc.integer({ min: 0, max: 2_147_483_647 }) });

  /** The first of the records that can all be in one zone together, each set with one TTL. */
  const validSet = (
    drawn: { host: string; data: Parameters<typeof formatRdata>[0]; ttl: number }[],
    of: string,
  ) => {
    const hosted = drawn
      .filter(({ data }) => data.type !== 'SOA')
      .map(({ host: owner, data, ttl }) => ({
        host: owner,
        name: `${owner}.${of}`,
        type: typeName(typeCodeOf(data)),
        ttlS: ttl,
        data: formatRdata(data),
      }));
    const chosen: typeof hosted = [];
    for (const record of hosted) {
      const sibling = chosen.find(({ name, type }) => name === record.name && type === record.type);
      const next = [...chosen, { ...record, ttlS: sibling?.ttlS ?? record.ttlS }];
      // What lies below a delegation is kept, but answered for by others.
      if (findZoneConflicts(of, next).every(({ code }) => code === 'target_without_address'))
        chosen.push(next.at(-1)!);
    }
    return chosen;
  };

  test('survives add → list → export → import → a query on the wire', async () => {
    const setArbitrary = fc.array(one, { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(setArbitrary, async (drawn) => {
        await clear(spare.uid);
        const set = validSet(drawn, spare.name);
        fc.pre(set.length > 0);
        const added = await api.post('/dns/add', {
          uid: spare.uid,
          records: set.map(({ host: owner, type, data, ttlS }) => ({
            host: owner,
            type,
            value: data,
            ttl: ttlS,
          })),
        });
        expect(added.status, JSON.stringify(added.body)).toBe(200);
        const listed = (await custom(spare.uid)).map(said).toSorted();
        expect(listed).toHaveLength(set.length);

        const text = await exported(spare.uid);
        await clear(spare.uid);
        const again = await api.post('/dns/import', {
          uid: spare.uid,
          zone_file: text,
          mode: 'replace_custom',
        });
        expect(again.body.summary, JSON.stringify(again.body)).toMatchObject({
          added: set.length,
          refused: 0,
        });
        expect((await custom(spare.uid)).map(said).toSorted()).toEqual(listed);

        const sets = Map.groupBy(set, ({ name, type }) => `${name} ${type}`);
        for (const rrset of sets.values()) {
          const { name, type } = rrset[0]!;
          const delegated = set.some(
            (cut) => cut.type === 'NS' && (name === cut.name || name.endsWith(`.${cut.name}`)),
          );
          if (delegated) continue;
          await expectOnTheWire(
            api,
            name,
            type,
            rrset.map(({ ttlS, data }) => `${ttlS} ${data}`),
          );
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
