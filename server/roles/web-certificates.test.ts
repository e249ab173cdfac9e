// An installation with an authority for certificates forwards visitors over HTTPS too.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuthority } from '../../planes/web/testing/authority.ts';
import { forward } from '../../planes/web/testing/forwarded.ts';
import { shownFor, visit, visitSecurely } from '../../planes/web/testing/visitor.ts';
import { useInstallation } from '../testing/test-installation.ts';

const authority = await startTestAuthority();
const folder = await mkdtemp(join(tmpdir(), 'inboxkit-acme-'));
const caFile = join(folder, 'ca.pem');
await writeFile(caFile, authority.caPem);

const api = useInstallation({
  INBOXKIT_ACME_DIRECTORY: authority.directoryUrl,
  INBOXKIT_ACME_EMAIL: 'hostmaster@example.net',
  INBOXKIT_ACME_CA: caFile,
  INBOXKIT_WEB_TLS_PORT: '0',
});

beforeAll(() => {
  authority.httpPorts = [api.installation.ports.web];
});
afterAll(async () => {
  await authority.close();
  await rm(folder, { recursive: true });
});

test('a forwarded domain is redirected over HTTPS once its certificate is there, and over HTTP all the time', async () => {
  const { web, webTls } = api.installation.ports;
  await forward(api.database.db, ['shop.example', 'www.shop.example']);
  expect(await visit(web, 'shop.example')).toMatchObject({ status: 302 });
  await expect.poll(() => shownFor(webTls!, 'shop.example'), { timeout: 30_000 }).not.toMatch(/^E/);
  expect(await visitSecurely(webTls!, 'www.shop.example', '/', { ca: authority.rootPem })).toMatchObject({
    status: 302,
    location: 'https://target.example/',
  });
  expect(authority.accounts[0]?.contact).toEqual(['mailto:hostmaster@example.net']);
});
