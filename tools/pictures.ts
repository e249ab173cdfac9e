// Takes the pictures of the dashboard in docs/pictures/: `npm run pictures`. Starts an installation of its own, places an
// order in it, and looks at every page.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { buildDashboard } from '../clients/dashboard/build.ts';
import {
  launchBrowser,
  loaded,
  openPage,
  signInAs,
  type Viewer,
} from '../clients/dashboard/testing/browser.ts';
import { createInboxKit, type InboxKit } from '../clients/sdk/index.ts';
import { loadConfig } from '../server/config/config.ts';
import { startInstallation } from '../server/roles/installation.ts';
import { repositoryRoot } from './tree.ts';

const folder = join(repositoryRoot, 'docs/pictures');

const contact = {
  first_name: 'Mara',
  last_name: 'Voss',
  email: 'ops@northpeak.example',
  address_line1: '1 Harbour Street',
  city: 'Portland',
  state: 'OR',
  country: 'US',
  postal_code: '97201',
};
const people = [
  ['Mara', 'Voss'],
  ['Jonas', 'Reed'],
  ['Ada', 'Lund'],
] as const;

const orderOf = (names: readonly string[]) => ({
  contact_details: contact,
  domains: names.map((name) => ({
    name,
    redirect_url: 'https://northpeak.example',
    mailboxes: people.map(([first_name, last_name]) => ({
      first_name,
      last_name,
      email: `${first_name}.${last_name}@${name}`.toLowerCase(),
      platform: 'GOOGLE',
    })),
  })),
});

/** Something of everything: what works, what failed, what is under way. */
const furnish = async (sdk: InboxKit) => {
  const names = [
    'getnorthpeak.com',
    'trynorthpeak.com',
    'northpeak-team.com',
    'northpeak-fails-registration.com',
  ];
  const { order_id } = await sdk.orders.place(orderOf(names));
  const tag = await sdk.tags.create({ name: 'spring campaign' });
  await sdk.webhooks.create({
    url: 'https://hooks.northpeak.example/inboxkit',
    event_types: ['mailbox.*', 'domain.status_changed'],
  });
  for (;;) {
    const { status } = await sdk.orders.get({ order_id: order_id! });
    if (status === 'done' || status === 'error') break;
    await new Promise((wake) => setTimeout(wake, 500));
  }
  const [domain] = (await sdk.domains.list({ keyword: 'getnorthpeak.com' })).domains;
  const { mailboxes } = await sdk.mailboxes.list({ status: 'active' });
  const mailbox_uids = mailboxes.map(({ uid }) => uid);
  await sdk.tags.assign({ tag_uids: [tag.uid], mailbox_uids, domain_uids: [domain!.uid] });
  const csv = { name: 'Outreach import', platform: 'csv', layout: 'generic' };
  const sequencer = await sdk.sequencers.add(csv);
  await sdk.sequencers.export({ sequencer_uid: sequencer.uid, mailbox_uids });
  await sdk.warmup.add({ mailbox_uids });
  await sdk.people.invite({ email: 'jonas@northpeak.example', role: 'operator' });
  return { order: order_id!, domain: domain!.uid, mailbox: mailbox_uids[0]!, sequencer: sequencer.uid };
};

const dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-pictures-'));
await buildDashboard({ ifStale: true });
const free = Object.fromEntries(
  ['HTTP', 'DNS', 'SMTP', 'SUBMISSION', 'SUBMISSIONS', 'IMAP', 'IMAPS', 'WEB', 'IDENTITY'].map((name) => [
    `INBOXKIT_${name}_PORT`,
    '0',
  ]),
);
const installation = await startInstallation(loadConfig({ ...free, INBOXKIT_DATA_DIR: dataDir }), {
  log: pino({ level: 'warn', base: undefined }),
});
const browser = await launchBrowser();
try {
  await mkdir(folder, { recursive: true });
  const { api_key: apiKey, workspace_id: workspaceId, set_up_url: setUpUrl } = installation.firstKey!;
  const { baseUrl } = installation;
  const uids = await furnish(createInboxKit({ baseUrl, apiKey, workspaceId }));
  const owner = { email: 'mara@northpeak.example', password: 'correct horse battery' };
  await createInboxKit({ baseUrl }).people.accept({
    ...owner,
    name: 'Mara Voss',
    token: new URL(setUpUrl).hash.slice(1),
  });
  const pictures: [name: string, path: string, viewer?: Viewer][] = [
    ['overview', '/'],
    ['overview-dark', '/', { dark: true }],
    ['domains', '/domains'],
    ['domain', `/domains/${uids.domain}`],
    ['mailboxes', '/mailboxes'],
    ['mailbox', `/mailboxes/${uids.mailbox}`],
    ['mailbox-phone', `/mailboxes/${uids.mailbox}`, { width: 390, dark: true }],
    ['new-order', '/orders/new'],
    ['order', `/orders/${uids.order}`],
    ['sequencers', '/sequencers'],
    ['sequencer', `/sequencers/${uids.sequencer}`],
    ['warm-up', '/warmup'],
    ['consent', '/consent'],
    ['tags', '/tags'],
    ['billing', '/billing'],
    ['webhooks', '/webhooks'],
    ['people', '/people'],
    ['account', '/account'],
    ['keys', '/keys'],
    ['audit', '/audit'],
  ];
  for (const [name, path, viewer] of pictures) {
    const page = await openPage(browser, baseUrl, viewer);
    await page.goto(path);
    await signInAs(page, owner.email, owner.password);
    await page.waitForTimeout(1_500);
    await loaded(page);
    await sharp(await page.screenshot())
      .webp({ quality: 82 })
      .toFile(join(folder, `${name}.webp`));
    console.log(`docs/pictures/${name}.webp`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await installation.close();
  await rm(dataDir, { recursive: true, force: true });
}
