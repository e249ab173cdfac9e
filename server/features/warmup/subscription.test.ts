// Warm-up as its customers pay for it: what is charged when, and what pausing, ending and an empty wallet do. On a virtual
// clock.
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { signInMailboxes } from '../../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { passUntil, warmupEnvironment, warmupWorker } from '../../testing/warmup-world.ts';
import { addCredits, addMonths } from '../billing/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { advanceWarmups, warmupContinuations } from './index.ts';

const HOUR_MS = 3_600_000;
const clock = new VirtualClock(new Date());
const api = useInstallation(warmupEnvironment(), { clock });
const db = () => api.database.db;

let team: Team;
const post = (path: string, body: object) =>
  api.post(path, body, { key: team.key, workspace: team.workspaceUid });
const get = (path: string) => api.get(path, { key: team.key, workspace: team.workspaceUid });
const rowOf = async (mailboxUid: string): Promise<Body> =>
  (await post('/warmup/list', { mailbox_uids: [mailboxUid], include_cancelled: true })).body.subscriptions[0];
const credits = async (): Promise<number> => (await get('/billing/wallet')).body.credits_remaining;
const balanced = async () => expect((await get('/billing/ledger/verify')).body.balanced).toBe(true);
/** Two machines at once. */
const advance = () =>
  Promise.all([advanceWarmups(api.installation.context), advanceWarmups(api.installation.context)]);
const give = (amount: number) =>
  inTransaction(db(), (tx) =>
    addCredits(tx, {
      teamUid: team.teamUid,
      amountMicros: creditsToMicros(amount),
      key: newId(),
      description: 'Test',
      now: clock.now(),
    }),
  );
const mailboxes = (count: number) => signInMailboxes(api.installation, team, count);
/** One on each of so many domains. */
const onDomains = async (count: number): Promise<string[]> => {
  const uids: string[] = [];
  for (let index = 0; index < count; index += 1) uids.push(...(await mailboxes(1)));
  return uids;
};

beforeEach(async () => {
  // Letters of tests before are nobody's concern.
  await db().updateTable('warmup_subscription').set({ plan_at: null, due_at: null }).execute();
  await db().deleteFrom('warmup_letter').execute();
  team = await addTeam(api.installation, 100);
});

describe('the subscription', () => {
  test('a mailbox is warmed up once: two clicks at once make one subscription and one charge', async () => {
    const [uid] = await mailboxes(1);
    const before = await credits();
    const both = await Promise.all([1, 2].map(() => post('/warmup/add', { mailbox_uids: [uid, uid] })));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.map(({ body }) => [body.subscriptions.length, body.skipped]).sort()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(await credits()).toBe(before - 3);
    const { body } = await post('/warmup/list', {});
    expect(body.total).toBe(1);
    const [row] = body.subscriptions;
    expect(row).toMatchObject({ status: 'active', price_per_month: 3, mailbox: { uid } });
    expect(row.next_billing_date).toBe(addMonths(clock.now(), 1).toISOString());
    const second = sql`
      insert into warmup_subscription (uid, mailbox_uid, team_uid, workspace_uid, domain_uid, domain_name, status,
        status_since, begins_by_itself, settings, shared, created_at, updated_at)
      select ${newId()}, mailbox_uid, team_uid, workspace_uid, domain_uid, domain_name, 'cancelled',
        status_since, false, settings, shared, created_at, updated_at
      from warmup_subscription where mailbox_uid = ${uid}`;
    await expect(second.execute(db())).rejects.toThrow(/warmup_subscription_mailbox_uid/);
    await balanced();
  });

  test('a dry run says what it costs, and neither charges nor adds', async () => {
    const uids = await mailboxes(2);
    const before = await credits();
    const { body } = await post('/warmup/add', { mailbox_uids: uids, dry_run: true });
    expect(body).toMatchObject({ dry_run: true, total_cost: 6, credits_remaining: before });
    expect((await post('/warmup/list', {})).body.total).toBe(0);
    expect((await get('/warmup/pricing')).body.price_per_month).toBe(3);
  });

  test('what cannot be warmed up is named beside what can; a request about nothing else is refused', async () => {
    const [uid] = await mailboxes(1);
    const unknown = newId();
    const mixed = await post('/warmup/add', { mailbox_uids: [uid, unknown] });
    expect(mixed.body.subscriptions).toHaveLength(1);
    expect(mixed.body.errors).toEqual([
      { mailbox_uid: unknown, code: 'mailbox_not_found', error: 'Mailbox not found' },
    ]);
    expect((await post('/warmup/add', { mailbox_uids: [unknown] })).status).toBe(404);
    const refused = await post('/warmup/add', {
      mailbox_uids: [uid],
      settings: { from_hour: 9, until_hour: 9, time_zone: 'Europe/Berlin' },
    });
    expect([refused.status, refused.body.code]).toEqual([400, 'warmup_settings_invalid']);
    const zone = await post('/warmup/add', { mailbox_uids: [uid], settings: { time_zone: 'Mars/Base' } });
    expect([zone.status, zone.body.problems[0].path]).toEqual([400, 'settings.time_zone']);
  });

  test('with too little in the wallet it is refused, or waits and begins when credits arrive', async () => {
    team = await addTeam(api.installation, 4);
    const [uid] = await onDomains(1);
    const left = await credits();
    const poor = await post('/warmup/add', { mailbox_uids: [uid] });
    expect([poor.status, poor.body.code]).toEqual([402, 'insufficient_funds']);
    const { body } = await post('/warmup/add', { mailbox_uids: [uid], wait_for_funds: true });
    expect(body.subscriptions).toEqual([]);
    expect(body.waits.missing_credits).toBe(3 - left);
  });

  test('is renewed on its day; unpaid it stops at once, and goes on by itself when credits arrive', async () => {
    team = await addTeam(api.installation, 20);
    const [uid] = await mailboxes(1);
    await post('/warmup/add', { mailbox_uids: [uid] });
    const anchor = clock.now();
    await passUntil(clock, addMonths(anchor, 1));
    const before = await credits();
    await advance();
    expect(await credits()).toBe(before - 3);
    expect((await rowOf(uid!)).next_billing_date).toBe(addMonths(anchor, 2).toISOString());

    const [account] = await db()
      .selectFrom('warmup_subscription')
      .selectAll()
      .where('mailbox_uid', '=', uid!)
      .execute();
    // The rest is spent on something else.
    while ((await credits()) >= 3) {
      const [other] = await mailboxes(1);
      await post('/warmup/add', { mailbox_uids: [other] });
      await post('/warmup/pause', { mailbox_uids: [other] });
    }
    await passUntil(clock, addMonths(anchor, 2));
    await advance();
    expect(await rowOf(uid!)).toMatchObject({ status: 'paused', paused_for: 'payment' });
    expect((await get('/warmup/stats')).body.stats).toMatchObject({ activeCount: 0, monthlyTotal: 0 });
    await clock.advance(HOUR_MS);
    await give(10);
    const goOn = await warmupContinuations.warmup(api.installation.context, {
      teamUid: team.teamUid,
      workspaceUid: team.workspaceUid,
      kind: 'warmup',
      subjectUid: account!.uid,
      amountMicros: 3_000_000,
      urgent: true,
    });
    await inTransaction(db(), (tx) => goOn(tx, clock.now()));
    const row = await rowOf(uid!);
    expect(row.status).toBe('active');
    expect(row.next_billing_date).toBe(addMonths(clock.now(), 1).toISOString());
    const types = await db()
      .selectFrom('event')
      .select('type')
      .where('subject_uid', '=', account!.uid)
      .where('type', 'in', ['warmup.renewed', 'warmup.renewal_unpaid'])
      .orderBy('seq')
      .execute();
    expect(types.map(({ type }) => type)).toEqual([
      'warmup.renewed',
      'warmup.renewal_unpaid',
      'warmup.renewed',
    ]);
    await balanced();
  });

  test('unpaid for long it ends', async () => {
    team = await addTeam(api.installation, 10);
    const [uid] = await mailboxes(1);
    await post('/warmup/add', { mailbox_uids: [uid] });
    const [other] = await mailboxes(1);
    while ((await credits()) >= 3) {
      await post('/warmup/add', { mailbox_uids: [other] });
      await db()
        .updateTable('warmup_subscription')
        .set({ paid_until: null })
        .where('mailbox_uid', '=', other!)
        .execute();
      await post('/warmup/cancel', { mailbox_uids: [other] });
    }
    await passUntil(clock, addMonths(clock.now(), 1));
    await advance();
    await clock.advance(60 * 24 * HOUR_MS);
    await advance();
    expect(await rowOf(uid!)).toMatchObject({ status: 'cancelled', status_reason: 'its month was not paid' });
  });

  test('paused it is not renewed; resumed it uses up what is paid, and pays when that is over', async () => {
    const [uid] = await mailboxes(1);
    await post('/warmup/add', { mailbox_uids: [uid] });
    const paid = await credits();
    expect((await post('/warmup/pause', { mailbox_uids: [uid] })).body.results.success).toHaveLength(1);
    await post('/warmup/pause', { mailbox_uids: [uid] });
    await post('/warmup/resume', { mailbox_uids: [uid] });
    expect(await credits()).toBe(paid);
    await post('/warmup/pause', { mailbox_uids: [uid] });
    await passUntil(clock, addMonths(clock.now(), 2));
    await advance();
    expect(await credits()).toBe(paid);
    const dry = await post('/warmup/resume', { mailbox_uids: [uid], dry_run: true });
    expect(dry.body).toMatchObject({ dry_run: true, total_cost: 3 });
    expect((await rowOf(uid!)).status).toBe('paused');
    await Promise.all([1, 2].map(() => post('/warmup/resume', { mailbox_uids: [uid] })));
    expect(await credits()).toBe(paid - 3);
    expect((await rowOf(uid!)).status).toBe('active');
    await balanced();
  });

  test('cancelled and added again it is the same subscription, with the time that is left', async () => {
    const [uid, never] = await mailboxes(2);
    const { body } = await post('/warmup/add', { mailbox_uids: [uid] });
    const before = await credits();
    const cancel = () => post('/warmup/cancel', { mailbox_uids: [uid, never] });
    const first = await cancel();
    expect(first.body.message).toBe('Processed 2 mailbox(es): 1 cancelled, 1 failed');
    expect(first.body.results.failed[0]).toMatchObject({ mailbox_uid: never, code: 'warmup_not_found' });
    expect((await cancel()).body.results.success[0].action).toBe('already_cancelled');
    expect((await post('/warmup/list', {})).body.total).toBe(0);
    expect((await post('/warmup/resume', { mailbox_uids: [uid] })).body.code).toBe('warmup_cancelled');
    const again = await post('/warmup/add', { mailbox_uids: [uid] });
    expect(again.body.subscriptions[0].uid).toBe(body.subscriptions[0].uid);
    expect(await credits()).toBe(before);
  });

  test('one that is to begin later has its month set aside, and gives it back when it is cancelled before', async () => {
    const [uid] = await mailboxes(1);
    const before = await credits();
    await post('/warmup/add', { mailbox_uids: [uid], activate_immediately: false });
    expect(await rowOf(uid!)).toMatchObject({ status: 'pending', next_billing_date: null });
    expect(await credits()).toBe(before - 3);
    await post('/warmup/cancel', { mailbox_uids: [uid] });
    expect(await credits()).toBe(before);
    await balanced();
  });

  test('waits for a mailbox that does not work yet, pauses with it, and ends with it', async () => {
    const [uid] = await mailboxes(1);
    const set = (status: string) =>
      db().updateTable('mailbox').set({ status }).where('uid', '=', uid!).execute();
    await set('processing');
    await post('/warmup/add', { mailbox_uids: [uid] });
    expect((await rowOf(uid!)).status).toBe('pending');
    await set('active');
    await clock.advance(HOUR_MS);
    await advance();
    expect((await rowOf(uid!)).status).toBe('active');
    await set('inactive');
    const worker = warmupWorker(api);
    await passUntil(clock, new Date(clock.now().getTime() + 4 * 24 * HOUR_MS));
    await worker.runDue();
    await advance();
    expect(await rowOf(uid!)).toMatchObject({ status: 'paused', paused_for: 'mailbox' });
    await set('active');
    await clock.advance(HOUR_MS);
    await advance();
    expect((await rowOf(uid!)).status).toBe('active');
    await set('cancelled');
    await passUntil(clock, new Date(clock.now().getTime() + 4 * 24 * HOUR_MS));
    await worker.runDue();
    await advance();
    expect(await rowOf(uid!)).toMatchObject({ status: 'cancelled' });
    await worker.close();
  });

  test('time that ran out while its mailbox did not work is not there any more: it waits for credits', async () => {
    team = await addTeam(api.installation, 8);
    const [uid] = await mailboxes(1);
    await post('/warmup/add', { mailbox_uids: [uid] });
    const left = await credits();
    const set = (status: string) =>
      db().updateTable('mailbox').set({ status }).where('uid', '=', uid!).execute();
    await set('inactive');
    await post('/warmup/pause', { mailbox_uids: [uid] });
    await post('/warmup/resume', { mailbox_uids: [uid] });
    expect(await rowOf(uid!)).toMatchObject({ status: 'paused', paused_for: 'mailbox' });
    await passUntil(clock, addMonths(clock.now(), 2));
    await set('active');
    await advance();
    const row = await rowOf(uid!);
    expect(left).toBeLessThan(3);
    expect([row.status, row.paused_for, await credits()]).toEqual(['paused', 'payment', left]);
    await balanced();
  });

  test('what is to come is among the renewals of the team', async () => {
    const [uid] = await mailboxes(1);
    await post('/warmup/add', { mailbox_uids: [uid] });
    const { body } = await get(`/billing/upcoming?until=${addMonths(clock.now(), 2).toISOString()}`);
    const own = body.charges.filter(({ type }: Body) => type === 'warmup');
    expect(own).toHaveLength(2);
  });
});
