// What is answered for the pages of a folder, and what is left to others.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSiteFiles, type SiteFiles } from './site-files.ts';

let folder: string;
let site: SiteFiles;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inboxkit-site-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>first');
  writeFileSync(join(folder, 'assets/main-a1b2.js'), 'console.log(1)');
  site = readSiteFiles(folder)!;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  site.answer(new Request(`http://inboxkit.example${path}`, { method, headers }));
const page = { accept: 'text/html,*/*;q=0.8' };

test('every address that a person opens is answered with the first page, which is asked for anew each time', async () => {
  for (const path of ['/', '/domains', '/domains/0197a']) {
    const response = (await get(path, page))!;
    expect(await response.text()).toBe('<!doctype html>first');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  }
});

test('a file with its content in its name is kept for good, and sent small to who can read it', async () => {
  const response = (await get('/assets/main-a1b2.js', { 'accept-encoding': 'gzip, br' }))!;
  expect(response.headers.get('cache-control')).toContain('immutable');
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe('console.log(1)');
});

test('who has a file already is told so', async () => {
  const etag = (await get('/', page))!.headers.get('etag')!;
  expect((await get('/', { ...page, 'if-none-match': etag }))!.status).toBe(304);
});

test('what is no page of it is left to others', async () => {
  expect(await get('/assets/gone.js', page)).toBeNull();
  expect(await get('/domains', { accept: 'application/json' })).toBeNull();
  expect(await get('/', page, 'POST')).toBeNull();
  expect(readSiteFiles(join(folder, 'assets'))).toBeNull();
  expect(readSiteFiles(join(folder, 'gone'))).toBeNull();
});
