// What people come to the dashboard for, from end to end, in a real browser against a whole installation.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { activeDomain } from '../../server/testing/active-domain.ts';
import { joinTeam, PASSWORD } from '../../server/testing/browser.ts';
import { askUntil, orderEnded } from '../../server/testing/follow.ts';
import { type HookReceiver, startHookReceiver } from '../../server/testing/hook-receiver.ts';
import { openMailboxes } from '../../server/testing/open-mailbox.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../../server/testing/order-body.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { buildDashboard } from './build.ts';
import { launchBrowser, openPage, signIn, signInAs, signOut } from './testing/browser.ts';

beforeAll(() => buildDashboard({ ifStale: true }), 180_000);
const installed = useInstallation({ INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32' });

let browser: Browser;
let receiver: HookReceiver;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  receiver = await startHookReceiver();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await receiver?.close();
});
afterEach(async () => {
  await page?.context().close();
  expect(complaints.splice(0), 'what the browser complained of').toEqual([]);
});

/** One that can be signed in to. */
const openMailbox = async (): Promise<{ uid: string; email: string }> => {
  const [uid] = (await openMailboxes(installed.installation, installed, 1)).uids;
  const { body } = await installed.get(`/mailboxes/details?uid=${uid}`);
  return { uid: uid!, email: body.mailbox.email };
};

const open = async (width?: number): Promise<Page> => {
  page = await openPage(browser, installed.installation.baseUrl, { ...(width && { width }) });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Refusals are shown to the viewer; that the browser notes them too is no fault.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return page;
};

test('somebody who has the key of the first start signs in, and stays so when the page is loaded again', async () => {
  await open();
  await page.goto('/domains');
  await page.getByRole('button', { name: 'Sign in with an API key' }).click();
  await page.getByLabel('API key').fill('not a key');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('This is no API key of this installation').waitFor();
  await page.getByLabel('API key').fill(installed.apiKey);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Domains' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Domains' }).waitFor();
  await signOut(page);
});

test('somebody who was invited chooses a password, signs in, and later takes a code for it', async () => {
  const { body } = await installed.post('/people/invite', { email: 'jonas@people.example', role: 'admin' });
  await open();
  await page.goto(body.link);
  await page.getByLabel('Name').fill('Jonas Reed');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signInAs(page, 'jonas@people.example', 'not the password');
  await page.getByText('Address and password do not belong together').waitFor();
  await signInAs(page, 'jonas@people.example', PASSWORD);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();

  await page.goto('/account');
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Go on' }).click();
  const dialog = page.getByRole('dialog');
  const secret = await dialog.locator('code').textContent();
  const codeAt = (timestamp: number) => new TOTP({ secret: secret! }).generate({ timestamp });
  await dialog.getByLabel('Code', { exact: true }).fill(codeAt(Date.now()));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('Your recovery codes').waitFor();
  expect(await page.getByRole('dialog').getByRole('listitem').count()).toBe(10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes left').waitFor();

  await signOut(page);
  await signInAs(page, 'jonas@people.example', PASSWORD);
  // The code of now was used up by turning codes on; that of the next half minute is taken too.
  await page.getByLabel('One-time code').fill(codeAt(Date.now() + 30_000));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
}, 120_000);

test('what a role may not do is not offered, and a session that was ended is over', async () => {
  const viewer = await joinTeam(installed, 'viewer');
  await open();
  await page.goto('/');
  await signInAs(page, viewer.email, PASSWORD);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  for (const name of ['New order', 'People', 'API keys', 'Audit']) {
    expect(await page.getByRole('link', { name }).count(), name).toBe(0);
  }
  await page.goto('/people');
  await page.getByText('You may not look at people').waitFor();
  await installed.post('/people/sign-out', { uid: viewer.uid });
  await page.goto('/domains');
  await page.getByRole('heading', { name: 'Sign in to InboxKit' }).waitFor();
}, 120_000);

test('an owner invites somebody, changes their role and removes them', async () => {
  const owner = await joinTeam(installed, 'owner');
  await open();
  await page.goto('/people');
  await signInAs(page, owner.email, PASSWORD);
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('dialog').getByLabel('E-mail').fill('ada@people.example');
  await page.getByLabel('Role').selectOption('operator');
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  await page.getByText(/\/join#/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('ada@people.example').waitFor();
  const other = await joinTeam(installed, 'viewer', { email: 'bo@people.example' });
  await page.reload();
  const row = page.getByRole('row', { name: /bo@people\.example/ });
  await row.getByRole('button', { name: /^Change/ }).click();
  await page.getByRole('menuitem', { name: 'Role' }).click();
  await page.getByRole('dialog').getByLabel('Role').selectOption('finance');
  await page.getByRole('button', { name: 'Change role' }).click();
  await row.getByText('Finance').waitFor();
  await row.getByRole('button', { name: /^Change/ }).click();
  await page.getByRole('menuitem', { name: 'Remove from the team' }).click();
  await page.getByLabel('Type bo@people.example to confirm').fill('bo@people.example');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('bo@people.example').first().waitFor({ state: 'detached' });
  expect((await other.browser.get('/account')).status).toBe(401);
}, 120_000);

test('an order goes from a search to an active mailbox that sends mail', async () => {
  const word = freshName().replace('.com', '');
  await open();
  await signIn(page, installed.apiKey);
  await page.getByRole('link', { name: 'New order' }).first().click();
  await page.getByLabel('Word or name').fill(word);
  await page.getByRole('button', { name: 'Search', exact: true }).last().click();
  await page.getByRole('button', { name: `Choose ${word}.com` }).click();
  await page.getByLabel('People').fill('Mara Voss\nJonas Reed');
  for (const [label, value] of [
    ['First name', contact.first_name],
    ['Last name', contact.last_name],
    ['E-mail', contact.email],
    ['Street', contact.address_line1],
    ['Postal code', contact.postal_code],
    ['City', contact.city],
    ['State', contact.state],
    ['Country, two letters', contact.country],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
  await page.getByRole('button', { name: 'Show the price' }).click();
  await page
    .getByRole('rowheader', { name: 'Total' })
    .or(page.getByText('Total', { exact: true }))
    .waitFor();
  await page.getByRole('button', { name: /^Place the order for/ }).click();
  await page.getByText('2 of 2 mailboxes ready').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: `mara.voss@${word}.com` }).click();
  await page.getByRole('button', { name: 'Reveal' }).click();
  const password = await page
    .locator('dt', { hasText: 'App password' })
    .locator('xpath=following-sibling::dd[1]')
    .locator('code')
    .textContent();
  await page.getByRole('timer').waitFor();

  const email = `mara.voss@${word}.com`;
  const { body: shown } = await installed.get(`/mailboxes/show-credentials?email=${email}`);
  expect(password).toBe(shown.app_password);
  await createTransport({
    host: shown.smtp.connect_to,
    port: shown.smtp.port,
    secure: true,
    auth: { user: email, pass: password! },
    tls: { servername: shown.smtp.host, ca: shown.certificate },
  }).sendMail({ from: email, to: `jonas.reed@${word}.com`, subject: 'First', text: 'Hello' });
}, 180_000);

test('broken DNS is seen, and repaired with one press', async () => {
  const domain = await activeDomain(installed);
  await installed.installation.storage.db
    .deleteFrom('published.zone')
    .where('name', '=', domain.name)
    .execute();
  await open();
  await signIn(page, installed.apiKey);
  await page.goto(`/domains/${domain.uid}`);
  await page.getByText(/records? not as it should be|could not be looked at|Not everything/).waitFor();
  await page.getByRole('button', { name: 'Repair' }).click();
  await page.getByText('Mail of this domain is set up right').waitFor();
}, 120_000);

test('a webhook is sent again', async () => {
  const { body } = await installed.post('/webhooks', { url: receiver.url('/hook') });
  await installed.post('/webhooks/test', { uid: body.uid });
  await askUntil(
    async () => receiver.received.length,
    (number) => number > 0,
  );
  await open();
  await signIn(page, installed.apiKey);
  await page.goto(`/webhooks/${body.uid}`);
  await page.getByRole('button', { name: 'webhook.test', exact: true }).click();
  await page.getByText('Answered 200').waitFor();
  await page.keyboard.press('Escape');
  const before = receiver.received.length;
  await page.getByRole('button', { name: 'Send webhook.test again' }).first().click();
  await askUntil(
    async () => receiver.received.length,
    (number) => number > before,
  );
  expect(receiver.received.at(-1)!.body.id).toBe(receiver.received[0]!.body.id);
}, 120_000);

test('the wallet is filled on the page of the payment provider, and shows it', async () => {
  const before = (await installed.get('/billing/wallet')).body.credits_remaining;
  await open();
  await signIn(page, installed.apiKey);
  await page.goto('/billing');
  await page.getByRole('button', { name: 'Add credits' }).click();
  await page.getByLabel('Credits', { exact: true }).fill('75');
  await page.getByRole('button', { name: 'Pay $75.00' }).click();
  await page.waitForURL('**/checkout/**');
  await page.getByRole('button', { name: 'Pay' }).click();
  await page.getByRole('link', { name: 'Go back' }).click();
  await page.getByRole('heading', { name: 'Billing' }).waitFor();
  const shown = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(before + 75);
  await page.locator('dd', { hasText: shown }).first().waitFor();
}, 120_000);

test('what a key may not do is not offered', async () => {
  const { body } = await installed.post('/keys', { name: 'Looks only', scopes: ['read'] });
  const domain = await activeDomain(installed);
  await open();
  await signIn(page, body.api_key);
  expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'New order' }).count()).toBe(0);
  await page.goto(`/domains/${domain.uid}`);
  await page.getByRole('heading', { name: domain.name, level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Look again' }).waitFor();
  expect(await page.getByRole('button', { name: 'Repair' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Remove the domain' }).count()).toBe(0);
  await page.goto('/billing');
  await page.getByRole('heading', { name: 'Billing' }).waitFor();
  expect(await page.getByRole('button', { name: 'Add credits' }).count()).toBe(0);
}, 120_000);

test('many domains are tagged at once, with what became of each', async () => {
  const domains = [await activeDomain(installed), await activeDomain(installed)];
  await installed.post('/tags/create', { name: 'spring' });
  await open();
  await signIn(page, installed.apiKey);
  await page.goto('/domains');
  for (const { name } of domains) await page.getByLabel(`Choose ${name}`).check();
  await page.getByRole('button', { name: 'Tag', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Tag', { exact: true }).selectOption({ label: 'spring' });
  await page.getByRole('button', { name: 'Add tag' }).click();
  await page.getByText('All 2 rows went through').waitFor();
  expect((await installed.post('/domains/list', { tags: 'spring' })).body.total).toBe(2);
  await page.getByRole('button', { name: 'Close' }).first().click();
  await page.getByLabel('Tag', { exact: true }).selectOption('spring');
  await page.getByText('2 domains', { exact: true }).waitFor();
  expect(new URL(page.url()).search).toBe('?tag=spring');
}, 120_000);

test('mailboxes are handed to a sequencer, which says where each stands', async () => {
  const { email, uid } = await openMailbox();
  await open();
  await signIn(page, installed.apiKey);
  await page.goto('/sequencers');
  await page.getByRole('button', { name: 'Add a sequencer' }).first().click();
  await page.getByLabel('Platform').selectOption('csv');
  await page.getByLabel('Name').fill('Import file');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('link', { name: 'Import file' }).waitFor();
  await page.goto(`/mailboxes/${uid}`);
  await page.getByText('In no sequencer').waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByLabel('Sequencer').selectOption({ label: 'Import file (csv)' });
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
  await page.getByText('Is on its way').waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('link', { name: 'Import file' }).click();
  const row = page.getByRole('row', { name: new RegExp(email) });
  await row.getByText('Completed').waitFor({ timeout: 60_000 });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the file' }).click();
  expect((await download).suggestedFilename()).toBe('Import file.csv');
}, 120_000);

test('a mailbox agrees to a program, and every page that it saw is shown', async () => {
  const program = createServer((_request, answer) => answer.end('Thank you')).listen(0, '127.0.0.1');
  onTestFinished(() => void program.close());
  await once(program, 'listening');
  const redirect = `http://127.0.0.1:${(program.address() as AddressInfo).port}/callback`;
  const name = freshName();
  const [wish] = mailboxesOn(name, 1);
  const { email } = wish!;
  const placed = await installed.post('/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]));
  await orderEnded(installed, placed.body.order_id);
  await open();
  await signIn(page, installed.apiKey);
  await page.goto('/consent');
  await page.getByRole('tab', { name: 'Programs that may ask' }).click();
  await page.getByRole('button', { name: 'Make a client' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Outreach Desk');
  await page.getByLabel('Redirect addresses').fill(redirect);
  await page.getByRole('button', { name: 'Make it' }).click();
  const shown = page.getByRole('dialog').locator('code');
  await shown.first().waitFor();
  const [clientId, , issuer] = await shown.allTextContents();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('Outreach Desk').waitFor();
  const config = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
    authorization_endpoint: string;
  };
  const asked = new URL(config.authorization_endpoint);
  asked.search = new URLSearchParams({
    client_id: clientId!,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid email mail',
    state: 'x',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString();
  await page.getByRole('tab', { name: 'Requests' }).click();
  await page.getByRole('button', { name: 'New request' }).click();
  await page.getByRole('dialog').getByLabel('Mailbox').fill(email);
  await page.getByLabel('Consent address').fill(asked.href);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('button', { name: email }).click();
  await page.getByRole('dialog').getByText('Completed').waitFor({ timeout: 60_000 });
  await page
    .getByRole('dialog')
    .getByRole('img', { name: /^The page/ })
    .first()
    .waitFor();
}, 120_000);

test('what another program does is seen without loading the page again', async () => {
  const domain = await activeDomain(installed);
  await open();
  await signIn(page, installed.apiKey);
  await page.goto(`/domains/${domain.uid}`);
  await page.getByRole('heading', { name: domain.name, level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('current').waitFor();
  const versions = await page.getByText(/^Version \d+$/).count();
  await installed.post('/dns/add', {
    uid: domain.uid,
    records: [{ host: 'shop', type: 'A', value: '192.0.2.7', ttl: 300 }],
  });
  await askUntil(
    () => page.getByText(/^Version \d+$/).count(),
    (number) => number > versions,
  );
}, 120_000);

test('everything is reached by keyboard', async () => {
  const domain = await activeDomain(installed);
  await open();
  await signIn(page, installed.apiKey);
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.getByRole('heading', { name: 'Mailboxes', level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Pages, domains, mailboxes').fill(domain.name);
  await page.getByRole('option', { name: domain.name }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: domain.name, level: 1 }).waitFor();
}, 120_000);
