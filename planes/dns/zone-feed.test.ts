// Zones follow the database, and stay when it is away.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { type DnsPlane, startDnsPlane } from './dns-plane.ts';
import { askTcp, askUdp } from './testing/ask.ts';
import { type DatabaseLink, startDatabaseLink } from './testing/database-link.ts';
import { type LogLine, recordingLog } from './testing/plane.ts';
import { publishZone, removeZone } from './testing/published-zones.ts';

const database = useTestDatabase();
let link: DatabaseLink;
let plane: DnsPlane;
let lines: LogLine[];

beforeEach(async () => {
  link = await startDatabaseLink(database.url);
  await sql`delete from published.zone`.execute(database.db);
  await publishZone(database.db, 'example.com', ['www A 192.0.2.1']);
});
afterEach(async () => {
  await plane.close();
  await link.close();
});

async function start(pollMs?: number): Promise<void> {
  const recording = recordingLog();
  lines = recording.lines;
  plane = await startDnsPlane({
    databaseUrl: link.url,
    host: '127.0.0.1',
    port: 0,
    log: recording.log,
    pollMs,
  });
}

const lookUp = async (name = 'www.example.com') => {
  const response = await askUdp(plane.port, { name, type: 'A' });
  const addresses = response.answers.map((line) => line.split(' ').at(-1)).sort();
  return addresses.join() || response.rcode;
};
const sees = (expected: string, name?: string) =>
  expect.poll(() => lookUp(name), { timeout: 20_000, interval: 20 }).toBe(expected);
const logged = (text: string) => lines.filter((line) => line.msg.includes(text));

describe('a change is answered without a restart', () => {
  test('of a record', async () => {
    await start();
    expect(await lookUp()).toBe('192.0.2.1');
    await publishZone(database.db, 'example.com', ['www A 192.0.2.2']);
    await sees('192.0.2.2');
    await publishZone(database.db, 'example.com', []);
    await sees('NXDOMAIN');
  });

  test('of a zone that comes, and one that goes', async () => {
    await start();
    expect(await lookUp('www.example.net')).toBe('REFUSED');
    await publishZone(database.db, 'example.net', ['www A 192.0.2.9']);
    await sees('192.0.2.9', 'www.example.net');
    await removeZone(database.db, 'example.net');
    await sees('REFUSED', 'www.example.net');
    expect(await lookUp()).toBe('192.0.2.1');
  });

  test('of many zones at once', async () => {
    await start();
    const zones = Array.from({ length: 450 }, (_, index) => `zone-${index}.example`);
    for (const zone of zones) await publishZone(database.db, zone, ['www A 192.0.2.5']);
    for (const zone of zones) await sees('192.0.2.5', `www.${zone}`);
  });

  test('as a whole: no answer mixes the records from before and after a transaction', async () => {
    const both = (round: number) => [`www A 10.0.0.${round}`, `www A 10.0.1.${round}`];
    await publishZone(database.db, 'example.com', both(0));
    await start();
    for (let round = 1; round <= 20; round += 1) {
      const change = publishZone(database.db, 'example.com', both(round));
      for (let ask = 0; ask < 5; ask += 1) {
        const [first, second, ...more] = (await lookUp()).split(',');
        expect([second?.replace('10.0.1.', '10.0.0.'), more]).toEqual([first, []]);
      }
      await change;
    }
    await sees('10.0.0.20,10.0.1.20');
  });

  test('of a zone with a record that cannot be served: the others are, and the log names it', async () => {
    await start();
    await publishZone(database.db, 'example.com', ['www A 192.0.2.3', 'bad A nonsense']);
    await sees('192.0.2.3');
    expect(logged('left out')).toEqual([
      expect.objectContaining({
        zone: 'example.com',
        skipped: [expect.objectContaining({ name: 'bad.example.com', type: 'A' })],
      }),
    ]);
  });
});

test('all zones there are at the start are answered at once', async () => {
  for (let index = 0; index < 450; index += 1)
    await publishZone(database.db, `z${index}.example`, ['www A 192.0.2.4']);
  await start();
  for (let index = 0; index < 450; index += 1)
    expect(await lookUp(`www.z${index}.example`)).toBe('192.0.2.4');
});

test('a change whose notification was lost is found by its serial', async () => {
  await start(50);
  await sql`alter table published.zone disable trigger zone_changed`.execute(database.db);
  try {
    await publishZone(database.db, 'example.com', ['www A 192.0.2.6']);
    await publishZone(database.db, 'example.net', ['www A 192.0.2.7']);
    await sees('192.0.2.6');
    await sees('192.0.2.7', 'www.example.net');
    await removeZone(database.db, 'example.net');
    await sees('REFUSED', 'www.example.net');
  } finally {
    await sql`alter table published.zone enable trigger zone_changed`.execute(database.db);
  }
});

describe('while the database is away', () => {
  test('everything known is answered, and what changed meanwhile is seen when it is back', async () => {
    await start(50);
    await link.cut();
    expect(await lookUp()).toBe('192.0.2.1');
    await publishZone(database.db, 'example.com', ['www A 192.0.2.8']);
    await publishZone(database.db, 'example.net', ['www A 192.0.2.9']);
    await expect.poll(() => logged('is away').length, { timeout: 20_000 }).toBe(1);
    expect(await lookUp()).toBe('192.0.2.1');
    expect(await lookUp('www.example.net')).toBe('REFUSED');

    await link.mend();
    await sees('192.0.2.8');
    await sees('192.0.2.9', 'www.example.net');
    await publishZone(database.db, 'example.com', ['www A 192.0.2.10']);
    await sees('192.0.2.10');
    expect(logged('is back').length).toBe(1);
  });

  test('a server does not start, since it would refuse zones that are its own', async () => {
    await start();
    await link.cut();
    const { log } = recordingLog();
    await expect(startDnsPlane({ databaseUrl: link.url, host: '127.0.0.1', port: 0, log })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  test('the server can be closed', async () => {
    await start(20);
    await link.cut();
    await expect.poll(() => logged('is away').length, { timeout: 20_000 }).toBe(1);
    await plane.close();
    await expect(askTcp(plane.port, { name: 'www.example.com', type: 'A' })).rejects.toThrow();
  });
});

test('what changed while the connection was lost is read as soon as it is back, long before the next poll', async () => {
  await start(3_600_000);
  await link.cut();
  await publishZone(database.db, 'example.com', ['www A 192.0.2.12']);
  await link.mend();
  await sees('192.0.2.12');
});

test('connections ended by the server are made again', async () => {
  await start();
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name <> 'inboxkit tests'`.execute(database.db);
  await publishZone(database.db, 'example.com', ['www A 192.0.2.11']);
  await sees('192.0.2.11');
});
