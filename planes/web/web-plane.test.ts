// The web plane over real HTTP: who is forwarded, where to, and who is not.
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { startWebPlane, type WebPlane } from './web-plane.ts';

const database = useTestDatabase();
let plane: WebPlane;

const forward = (host: string, target_url: string, more: { permanent?: boolean; keep_path?: boolean } = {}) =>
  database.db
    .insertInto('published.web_forward')
    .values({ host, target_url, ...more })
    .onConflict((conflict) => conflict.column('host').doUpdateSet({ target_url, ...more }))
    .execute();

const visit = (host: string, path = '/') =>
  new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: plane.port, path, headers: { Host: host } },
      (response: IncomingMessage) => {
        response.resume();
        resolve({ status: response.statusCode!, location: response.headers.location });
      },
    );
    sent.on('error', reject);
    sent.end();
  });

beforeAll(async () => {
  const log = { info: () => {}, warn: () => {} };
  plane = await startWebPlane({ db: database.db, host: '127.0.0.1', port: 0, log });
});
afterAll(() => plane.close());

describe('the web plane', () => {
  test('sends visitors of a forwarded host to its target, whatever the case and port of the host', async () => {
    await forward('northpeak.com', 'https://northpeak.example/start?from=mail');
    const target = { status: 302, location: 'https://northpeak.example/start?from=mail' };
    expect(await visit('northpeak.com')).toEqual(target);
    expect(await visit('NorthPeak.com:8081', '/any/path')).toEqual(target);
    expect(await visit('northpeak.com.')).toEqual(target);
  });

  test('answers 301 where the forwarding is permanent', async () => {
    await forward('moved.com', 'https://moved.example/', { permanent: true });
    expect(await visit('moved.com')).toEqual({ status: 301, location: 'https://moved.example/' });
  });

  test('keeps path and query where it is told to', async () => {
    await forward('kept.com', 'https://kept.example/base', { keep_path: true });
    expect((await visit('kept.com', '/a/b?c=d')).location).toBe('https://kept.example/base/a/b?c=d');
  });

  test('never leaves the target host, whatever the path looks like', async () => {
    await forward('safe.com', 'https://safe.example', { keep_path: true });
    for (const path of ['//evil.example/', '/\\evil.example', '/@evil.example', '/%0d%0aX: y']) {
      expect(new URL((await visit('safe.com', path)).location!).host).toBe('safe.example');
    }
  });

  test('answers 404 for every other host', async () => {
    expect(await visit('unknown.example')).toEqual({ status: 404, location: undefined });
  });

  test('follows a change', async () => {
    await forward('changing.com', 'https://one.example/');
    await visit('changing.com');
    await forward('changing.com', 'https://two.example/');
    await expect.poll(async () => (await visit('changing.com')).location).toBe('https://two.example/');
  });
});
