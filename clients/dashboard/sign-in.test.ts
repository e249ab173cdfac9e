// Who comes in, by what, and what they are then offered, in a real browser against a whole installation.
import { TOTP } from 'otpauth';
import { beforeAll, expect, test } from 'vitest';
import { activeDomain } from '../../server/testing/active-domain.ts';
import { joinTeam, PASSWORD } from '../../server/testing/browser.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { buildDashboard } from './build.ts';
import { signIn, signInAs, signOut } from './testing/browser.ts';
import { useBrowser } from './testing/use-browser.ts';

beforeAll(() => buildDashboard({ ifStale: true }), 180_000);
const installed = useInstallation();
const open = useBrowser(installed);

test('somebody who has the key of the first start signs in, and stays so when the page is loaded again', async () => {
  const page = await open();
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
  const page = await open();
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
  const page = await open();
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
  const page = await open();
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

test('what a key may not do is not offered', async () => {
  const { body } = await installed.post('/keys', { name: 'Looks only', scopes: ['read'] });
  const domain = await activeDomain(installed);
  const page = await open();
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
