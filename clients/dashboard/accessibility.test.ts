// Every page in light and dark: nothing that axe-core calls serious, and nothing wider than a phone.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Joined, joinTeam, PASSWORD } from '../../server/testing/browser.ts';
import { orderEnded } from '../../server/testing/follow.ts';
import { freshName, mailboxesOn, orderOf } from '../../server/testing/order-body.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { buildDashboard } from './build.ts';
import { launchBrowser, loaded, openPage, signIn, signInAs } from './testing/browser.ts';

beforeAll(() => buildDashboard({ ifStale: true }), 180_000);
const installed = useInstallation();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let owner: Joined;
const uids = { order: '', domain: '', mailbox: '', webhook: '', sequencer: '' };

beforeAll(async () => {
  browser = await launchBrowser();
  owner = await joinTeam(installed, 'owner');
  const name = freshName();
  const placed = await installed.post('/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 2) }]));
  const body = await orderEnded(installed, placed.body.order_id);
  uids.order = body.order_id;
  uids.domain = body.domains[0].uid;
  uids.mailbox = body.domains[0].mailboxes[0].uid;
  const hook = await installed.post('/webhooks', { url: 'https://hooks.northpeak.example/inboxkit' });
  uids.webhook = hook.body.uid;
  const csv = { name: 'Import file', platform: 'csv', layout: 'generic' };
  uids.sequencer = (await installed.post('/sequencers/add', csv)).body.uid;
  await installed.post('/sequencers/export', {
    sequencer_uid: uids.sequencer,
    mailbox_uids: [uids.mailbox],
  });
  await installed.post('/warmup/add', { mailbox_uids: [uids.mailbox] });
  const tag = await installed.post('/tags', { name: 'spring' });
  await installed.post('/tags/assign', { tag_uids: [tag.body.uid], mailbox_uids: [uids.mailbox] });
}, 180_000);
afterAll(() => browser?.close());

type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };

const seriousOn = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Finding[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
};

const pages = (): [path: string, heading: RegExp][] => [
  ['/', /Overview/],
  ['/domains', /Domains/],
  [`/domains/${uids.domain}`, /nova/],
  ['/mailboxes', /Mailboxes/],
  [`/mailboxes/${uids.mailbox}`, /mara/],
  ['/orders', /Orders/],
  ['/orders/new', /New order/],
  [`/orders/${uids.order}`, /nova/],
  ['/sequencers', /Sequencers/],
  [`/sequencers/${uids.sequencer}`, /Import file/],
  ['/warmup', /Warm-up/],
  [`/warmup/${uids.mailbox}`, /mara/],
  ['/consent', /Consent requests/],
  ['/tags', /Tags/],
  ['/billing', /Billing/],
  ['/webhooks', /Webhooks/],
  [`/webhooks/${uids.webhook}`, /hooks/],
  ['/people', /People/],
  ['/account', /My account/],
  ['/keys', /API keys/],
  ['/audit', /Audit/],
];

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
] as const)('in %s, %i pixels wide', (theme, width) => {
  test('no page has anything that keeps somebody out', async () => {
    const page = await openPage(browser, installed.installation.baseUrl, { dark: theme === 'dark', width });
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in to InboxKit' }).waitFor();
    const found: Record<string, unknown> = { '/sign-in': await seriousOn(page) };
    await signInAs(page, owner.email, PASSWORD);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const [path, heading] of pages()) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await loaded(page);
      const serious = await seriousOn(page);
      const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth + 1');
      found[path] = tooWide ? [...serious, 'wider than the screen'] : serious;
    }
    expect(
      Object.fromEntries(Object.entries(found).filter(([, list]) => (list as unknown[]).length > 0)),
    ).toEqual({});
    await page.context().close();
  }, 240_000);
});

test('the first load is under 250 kB of script', async () => {
  const page = await openPage(browser, installed.installation.baseUrl);
  let bytes = 0;
  page.on('response', async (response) => {
    if (!response.url().endsWith('.js')) return;
    const { responseBodySize } = await response.request().sizes();
    bytes += responseBodySize;
  });
  await signIn(page, installed.apiKey);
  await page.waitForLoadState('load');
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(250_000);
  await page.context().close();
});
