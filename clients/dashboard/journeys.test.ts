// What people come to the dashboard for, from end to end, in a real browser against a whole installation.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { activeDomain } from '../../server/testing/active-domain.ts';
import { askUntil, orderEnded } from '../../server/testing/follow.ts';
import { type HookReceiver, startHookReceiver } from '../../server/testing/hook-receiver.ts';
import { openMailboxes } from '../../server/testing/open-mailbox.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../../server/testing/order-body.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { buildDashboard } from './build.ts';
import { signIn } from './testing/browser.ts';
import { useBrowser } from './testing/use-browser.ts';

beforeAll(() => buildDashboard({ ifStale: true }), 180_000);
const installed = useInstallation({ INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32' });

const open = useBrowser(installed);
let receiver: HookReceiver;
beforeAll(async () => {
  receiver = await startHookReceiver();
});
afterAll(() => receiver?.close());

/** One that can be signed in to. */
const openMailbox = async (): Promise<{ uid: string; email: string }> => {
  const [uid] = (await openMailboxes(installed.installation, installed, 1)).uids;
  const { body } = await installed.get(`/mailboxes/details?uid=${uid}`);
  return { uid: uid!, email: body.mailbox.email };
};

test('an order goes from a search to an active mailbox that sends mail', async () => {
  const word = freshName().replace('.com', '');
  const page = await open();
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
  const page = await open();
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
  const page = await open();
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
  const page = await open();
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

test('many domains are tagged at once, with what became of each', async () => {
  const domains = [await activeDomain(installed), await activeDomain(installed)];
  await installed.post('/tags/create', { name: 'spring' });
  const page = await open();
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

test('a press on a column sorts the whole list, and the address keeps it', async () => {
  for (let number = 0; number < 3; number += 1) await activeDomain(installed);
  const page = await open();
  await signIn(page, installed.apiKey);
  await page.goto('/domains');
  const header = page.getByRole('columnheader', { name: 'Domain' });
  const inOrder = async (sort: 'name' | '-name', said: 'ascending' | 'descending') => {
    const { domains, total } = (await installed.post('/domains/list', { sort, limit: 500 })).body;
    expect(total).toBeGreaterThan(2);
    await header.and(page.locator(`[aria-sort=${said}]`)).waitFor();
    const names = domains.map(({ name }: { name: string }) => name);
    await askUntil(
      () => page.getByRole('table').getByRole('link').allTextContents(),
      (shown) => shown.length > 2 && shown.every((name, index) => name === names[index]),
    );
  };
  await header.getByRole('button').press('Enter');
  await inOrder('name', 'ascending');
  await header.getByRole('button').press('Enter');
  await page.waitForURL('**/domains?sort=-name');
  await page.reload();
  await inOrder('-name', 'descending');
  await header.getByRole('button').press('Enter');
  await page.waitForURL('**/domains');
}, 120_000);

test('mailboxes are handed to a sequencer, which says where each stands', async () => {
  const { email, uid } = await openMailbox();
  const page = await open();
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

test('mailboxes are warmed up for a price that was shown, and paused', async () => {
  const { email } = await openMailbox();
  const page = await open();
  await signIn(page, installed.apiKey);
  await page.goto('/warmup');
  await page.getByText('No mailbox is warmed up').waitFor();
  await page.getByRole('link', { name: 'Choose mailboxes' }).click();
  await page.getByLabel('Search addresses and names').fill(email);
  await page.getByLabel(`Choose ${email}`).check();
  await page.getByRole('button', { name: 'Warm up', exact: true }).click();
  await page.getByRole('button', { name: 'Warm up for $3.00' }).click();
  await page.getByText('Begins when it is active').waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await page.goto('/warmup');
  const row = page.getByRole('row', { name: new RegExp(email) });
  await row.getByRole('button', { name: /^Change/ }).click();
  await page.getByRole('menuitem', { name: 'Cancel' }).waitFor();
  await page.keyboard.press('Escape');
  await askUntil(
    async () => (await installed.post('/warmup/list', {})).body.subscriptions[0]?.status,
    (status) => status === 'active',
  );
  await row.getByText('Active').waitFor();
  await row.getByRole('button', { name: /^Change/ }).click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await row.getByText('Paused').waitFor();
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
  const page = await open();
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
  const page = await open();
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
  const page = await open();
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
