// The certificate the program makes for itself fits the names it is asked for, and is kept while it does.
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../database/clock.ts';
import { loadCertificate } from './certificate.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-certificate-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const load = (...names: string[]) => loadCertificate(null, names, dataDir, systemClock);

test('a certificate is kept as long as it is for every name and address', async () => {
  const first = await load('mail.northpeak.example', 'localhost', '127.0.0.1');
  expect(first.selfMade).toBe(true);
  expect((await load('mail.northpeak.example', '127.0.0.1')).cert).toBe(first.cert);
});

test('a name or an address that is only part of another one gets a certificate of its own', async () => {
  const wide = await load('mail.northpeak.example', '127.0.0.10');
  const host = await load('northpeak.example', '127.0.0.10');
  expect(host.cert).not.toBe(wide.cert);
  expect(new X509Certificate(host.cert).checkHost('northpeak.example')).toBe('northpeak.example');
  const address = await load('northpeak.example', '127.0.0.1');
  expect(new X509Certificate(address.cert).checkIP('127.0.0.1')).toBe('127.0.0.1');
});
