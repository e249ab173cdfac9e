// Passkeys in a real browser, whose own authenticator makes and uses them, at a name with TLS.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinTeam, PASSWORD } from '../../server/testing/browser.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { buildDashboard } from './build.ts';
import { launchBrowser, openPage, signInAs, signOut } from './testing/browser.ts';

const origin = 'https://kit.people.example';

beforeAll(() => buildDashboard({ ifStale: true }), 180_000);
const installed = useInstallation({ INBOXKIT_PUBLIC_URL: origin });
const direct = () => `http://127.0.0.1:${installed.installation.ports.http}`;
const key = () => ({ Authorization: `Bearer ${installed.apiKey}`, 'Content-Type': 'application/json' });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterAll(() => browser?.close());

test('a passkey is added, signs in alone, and is removed', async () => {
  const api = Object.create(installed, {
    post: {
      value: async (path: string, body: unknown) => {
        const init = { method: 'POST', headers: key(), body: JSON.stringify(body) };
        const reply = await fetch(`${direct()}/v1/api${path}`, init);
        return { status: reply.status, body: await reply.json(), headers: reply.headers };
      },
    },
  }) as typeof installed;
  const { email } = await joinTeam(api, 'owner');
  const page = await openPage(browser, origin);
  // Stands where a proxy with a certificate would.
  await page.route(`${origin}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname.endsWith('/events/stream')) return route.abort();
    const response = await route.fetch({ url: `${direct()}${url.pathname}${url.search}` });
    return route.fulfill({ response });
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto('/account');
  await signInAs(page, email, PASSWORD);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name', { exact: true }).last().fill('Laptop');
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('Laptop').waitFor();
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.getByRole('cell', { name: 'Passkey', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('There are none yet.').waitFor();
  expect(await page.getByText('Laptop').count()).toBe(0);
  await page.context().close();
}, 120_000);
