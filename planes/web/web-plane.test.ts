// Visitors over plain HTTP are sent where they should go, and nowhere else.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, openDatabase } from '../../database/database.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { forward, log, mailServers, secretBox } from './testing/forwarded.ts';
import { freePort } from './testing/free-port.ts';
import { visit } from './testing/visitor.ts';
import { startWebPlane, type WebPlane } from './web-plane.ts';

const database = useTestDatabase();
let plane: WebPlane;

const start = (db: Db) => startWebPlane({ db, host: '127.0.0.1', port: 0, https: null, mailServers, log });
const ask = async (host: string, path?: string) => {
  const { status, location } = await visit(plane.port, host, path);
  return { status, location };
};

beforeAll(async () => {
  plane = await start(database.db);
});
afterAll(() => plane.close());

describe('the web plane', () => {
  test('sends visitors of a forwarded host to its target, whatever the case and port of the host', async () => {
    await forward(database.db, ['northpeak.com'], {
      target_url: 'https://northpeak.example/start?from=mail',
    });
    const target = { status: 302, location: 'https://northpeak.example/start?from=mail' };
    expect(await ask('northpeak.com')).toEqual(target);
    expect(await ask('NorthPeak.com:8081', '/any/path')).toEqual(target);
    expect(await ask('northpeak.com.')).toEqual(target);
  });

  test('answers 301 where the forwarding is permanent', async () => {
    await forward(database.db, ['moved.com'], { target_url: 'https://moved.example/', permanent: true });
    expect(await ask('moved.com')).toEqual({ status: 301, location: 'https://moved.example/' });
  });

  test('keeps path and query where it is told to', async () => {
    await forward(database.db, ['kept.com'], { target_url: 'https://kept.example/base', keep_path: true });
    expect((await ask('kept.com', '/a/b?c=d')).location).toBe('https://kept.example/base/a/b?c=d');
  });

  test('reads the host of a request target that is a whole address, as a client of a proxy sends it', async () => {
    await forward(database.db, ['whole.com'], { target_url: 'https://whole.example', keep_path: true });
    expect((await ask('elsewhere.example', 'http://whole.com:80/a?b')).location).toBe(
      'https://whole.example/a?b',
    );
  });

  test('never leaves the target host, whatever the path looks like', async () => {
    await forward(database.db, ['safe.com'], { target_url: 'https://safe.example', keep_path: true });
    for (const path of ['//evil.example/', '/\\evil.example', '/@evil.example', '/%0d%0aX:%20y']) {
      expect(new URL((await ask('safe.com', path)).location!).host).toBe('safe.example');
    }
  });

  test('answers 404 for every other host', async () => {
    expect(await ask('unknown.example')).toEqual({ status: 404, location: undefined });
  });

  test('follows a change', async () => {
    await forward(database.db, ['changing.com'], { target_url: 'https://one.example/' });
    await ask('changing.com');
    await forward(database.db, ['changing.com'], { target_url: 'https://two.example/' });
    await expect
      .poll(async () => (await ask('changing.com')).location, { timeout: 30_000 })
      .toBe('https://two.example/');
  });

  test('never forwards a request for an ACME challenge, since its answer decides who gets certificates', async () => {
    await forward(database.db, ['challenged.com'], { keep_path: true });
    expect(await ask('challenged.com', '/.well-known/acme-challenge/token')).toEqual({
      status: 404,
      location: undefined,
    });
  });

  test('goes on forwarding from memory while the database is away, and says 503 for what it never saw', async () => {
    await forward(database.db, ['remembered.com', 'never-seen.com']);
    const db = openDatabase(database.url, { poolSize: 1 });
    const other = await start(db);
    const statusOf = async (host: string) => (await visit(other.port, host)).status;
    expect(await statusOf('remembered.com')).toBe(302);
    await db.destroy();
    await expect.poll(() => statusOf('never-seen.com')).toBe(503);
    // Beyond the second for which it would not have asked the database anyway.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await statusOf('remembered.com')).toBe(302);
    await other.close();
  });

  test('starts as a whole or not at all: with a port that is taken, nothing is left listening', async () => {
    const acme = { directoryUrl: 'https://127.0.0.1:1/directory', email: null, caPem: null };
    const https = { databaseUrl: database.url, port: plane.port, secretBox, acme };
    const port = await freePort();
    await expect(
      startWebPlane({ db: database.db, host: '127.0.0.1', port, https, mailServers, log }),
    ).rejects.toThrow(/EADDRINUSE/);
    await expect(visit(port, 'northpeak.com')).rejects.toThrow(/ECONNREFUSED/);
  });
});
