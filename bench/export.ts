// `npm run bench -- export`: 500 mailboxes handed to three sequencers until these say that they are connected; then, removed
// there, once more with a tenth of all calls failing and a tenth of all looks seeing what is not so, while passwords change.
import type { FakeSequencer } from '../providers/contracts/fake-sequencer.ts';
import type { SequencerSettings } from '../providers/contracts/sequencer.ts';
import { startFake as startInstantly } from '../providers/instantly/fake.ts';
import { createSequencer as createInstantly } from '../providers/instantly/sequencer.ts';
import { startFake as startManyreach } from '../providers/manyreach/fake.ts';
import { createSequencer as createManyreach } from '../providers/manyreach/sequencer.ts';
import { startFake as startPlusvibe } from '../providers/plusvibe/fake.ts';
import { createSequencer as createPlusvibe } from '../providers/plusvibe/sequencer.ts';
import { makeDataDirectory } from './data-directory.ts';
import { type Installation, startInstallation } from './installation.ts';
import { inLanes } from './lanes.ts';
import { placeOrder } from './placed-order.ts';
import { figure, part, seconds, times, title } from './report.ts';
import { untilIdle } from './usage.ts';

const DOMAINS = 50;
const MAILBOXES_EACH = 10;
const FAULTS = 0.1;
const ROTATED = 50;
/** For answers that never come; the tenth of calls that fails has many of them. */
const TIMEOUT_MS = 2_000;
/** A change is followed by whoever looks every second. */
const FOLLOWED_WITHIN_MS = 3_000;
const PAGE = 500;
/** As many at once as the program has at one sequencer. */
const LANES = 8;
const PATIENCE_MS = 15 * 60_000;

const vendors = [
  { platform: 'instantly', start: startInstantly, create: createInstantly },
  { platform: 'manyreach', start: startManyreach, create: createManyreach },
  { platform: 'plusvibe', start: startPlusvibe, create: createPlusvibe },
];
type Row = { mailbox_email: string; status: string; code: string | null };

export const benchExport = async (): Promise<void> => {
  const count = DOMAINS * MAILBOXES_EACH;
  title(`export: ${count} mailboxes to ${vendors.length} sequencers, each connecting on the second look`);
  const fakes = await Promise.all(vendors.map(({ start }) => start()));
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path, {
    INBOXKIT_RATE_LIMIT_STANDARD: '10000000',
    INBOXKIT_RATE_LIMIT_BULK: '100000',
    INBOXKIT_SEQUENCER_CALLS_PER_MINUTE: '1000000',
    INBOXKIT_SEQUENCER_TIMEOUT_SECONDS: String(TIMEOUT_MS / 1000),
    ...Object.fromEntries(
      vendors.map(({ platform }, index) => [`INBOXKIT_${platform.toUpperCase()}_URL`, fakes[index]!.baseUrl]),
    ),
  });
  const { api } = installation;
  await placeOrder(installation, DOMAINS, MAILBOXES_EACH);
  await untilIdle(installation.pid);
  const sequencers: string[] = [];
  for (const [index, { platform }] of vendors.entries()) {
    const body = { name: platform, platform, daily_limit: 30, ...fakes[index]!.credential };
    sequencers.push((await api.post('/sequencers/add', body)).uid);
  }
  const { mailboxes } = await api.post('/mailboxes/list', { limit: PAGE });
  const uids: string[] = mailboxes.map(({ uid }: { uid: string }) => uid);

  const startedAt = performance.now();
  await api.post('/sequencers/export', { sequencer_uids: sequencers, mailbox_uids: uids });
  await untilEnded(installation, sequencers);
  const ownMs = performance.now() - startedAt;
  const addresses: string[] = mailboxes.map(({ email }: { email: string }) => email);
  const bareMs = await handOverBare(addresses, LANES);
  const sequentialMs = await handOverBare(addresses, 1);
  const perMinute = (ms: number) => `${Math.round((count * vendors.length * 60_000) / ms)}/min`;
  figure('exports, from the request to connected', perMinute(ownMs), seconds(ownMs) ?? '');
  figure('peer "adapters" alone, the same calls', perMinute(bareMs), 'no sign-in, no database, no events');
  figure('peer "client", one call after another', perMinute(sequentialMs), 'one at a time at each sequencer');
  figure('InboxKit ÷ adapters', times(ownMs / bareMs));
  figure('InboxKit ÷ client', times(ownMs / sequentialMs));

  part(
    `Removed, and again with ${FAULTS * 100} % of all calls failing, and ${ROTATED} passwords changed on the way`,
  );
  for (const sequencer_uid of sequencers) {
    await api.post('/sequencers/mailboxes/remove', { sequencer_uid, mailbox_uids: uids });
  }
  await untilEnded(installation, sequencers);
  for (const fake of fakes) {
    fake.misbehave(FAULTS);
    fake.held.misreport(FAULTS);
  }
  const again = performance.now();
  await api.post('/sequencers/export', { sequencer_uids: sequencers, mailbox_uids: uids });
  const rotated = uids.slice(0, ROTATED);
  await inLanes(
    rotated.map((uid) => async () => {
      await api.post('/mailboxes/password', { uid });
    }),
    4,
  );
  await untilRotated(installation, rotated);
  const rows = await untilEnded(installation, sequencers);
  for (const fake of fakes) {
    fake.misbehave(0);
    fake.held.misreport(0);
  }
  const connected = rows.filter(({ status }) => status === 'completed').length;
  const named = rows.filter(({ status, code }) => status === 'failed' && code !== null).length;
  figure('ended', `${connected + named} of ${rows.length}`, seconds(performance.now() - again) ?? '');
  figure('connected', String(connected));
  figure('with a named reason', String(named));
  figure('missing there', String(fakes.reduce((sum, fake) => sum + count - fake.held.mailboxes.size, 0)));
  figure('made again though there', String(fakes.reduce((sum, fake) => sum + fake.held.madeAgain(), 0)));
  figure('old passwords left', String(await oldPasswords(installation, rotated, fakes)));
  await installation.close();
  await Promise.all(fakes.map((fake) => fake.close()));
  await data.remove();
};

/** Until nothing is on its way any more; everything then. */
const untilEnded = async ({ api }: Installation, sequencers: readonly string[]): Promise<Row[]> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const rows: Row[] = [];
    for (const sequencer_uid of sequencers) {
      rows.push(...(await api.post('/sequencers/export/status', { sequencer_uid, limit: PAGE })).data);
    }
    const open = rows.filter(({ status }) => ['queued', 'processing', 'removing'].includes(status)).length;
    if (open === 0) return rows;
    if (performance.now() > deadline) throw new Error(`${open} exports are still on their way`);
    await new Promise((wake) => setTimeout(wake, 250));
  }
};

/** Until the host has the new passwords and the exports were told of them. */
const untilRotated = async ({ api }: Installation, uids: readonly string[]): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { mailboxes } = await api.post('/mailboxes/status', { uids, limit: PAGE });
    const open = mailboxes.filter((row: { mailbox_update_status: string }) =>
      ['queued', 'pending'].includes(row.mailbox_update_status),
    ).length;
    if (open === 0) break;
    if (performance.now() > deadline) throw new Error(`${open} passwords are still being changed`);
    await new Promise((wake) => setTimeout(wake, 250));
  }
  await new Promise((wake) => setTimeout(wake, FOLLOWED_WITHIN_MS));
};

/** The adapters by themselves at fakes of their own: hand over, look until connected, tune; so many at once at each. */
const handOverBare = async (addresses: readonly string[], width: number): Promise<number> => {
  const peers = await Promise.all(
    vendors.map(async ({ start, create }) => ({ create, fake: await start() })),
  );
  const startedAt = performance.now();
  await Promise.all(
    peers.map(({ create, fake }) =>
      inLanes(
        addresses.map((address) => () => handOver(create, fake, address)),
        width,
      ),
    ),
  );
  const ms = performance.now() - startedAt;
  await Promise.all(peers.map(({ fake }) => fake.close()));
  return ms;
};

const handOver = async (
  create: (settings: SequencerSettings) => ReturnType<typeof createInstantly>,
  fake: FakeSequencer,
  address: string,
): Promise<void> => {
  const sequencer = create(fake);
  const login = { host: 'mail.inboxkit.example', port: 465, security: 'tls', username: address } as const;
  const smtp = { ...login, password: 'qwjxkdbnvhpslfty' };
  const imap = { ...smtp, port: 993 };
  const tuning = {
    dailyLimit: 30,
    warmup: { enabled: false, dailyLimit: null, increment: null, replyPercent: null },
  };
  const mailbox = { address, firstName: 'Mara', lastName: 'Voss', smtp, imap };
  const at = { address, ...(await sequencer.upsertMailbox(mailbox, tuning)) };
  while ((await sequencer.pollMailbox(at))?.state !== 'connected');
  await sequencer.tune(at, tuning);
};

const oldPasswords = async (
  { api }: Installation,
  uids: readonly string[],
  fakes: readonly FakeSequencer[],
): Promise<number> => {
  let old = 0;
  for (const uid of uids) {
    const { email, app_password } = await api.get(`/mailboxes/show-credentials?uid=${uid}`);
    old += fakes.filter(({ held }) => held.byAddress(email)?.password !== app_password).length;
  }
  return old;
};
