// From the export to the mailbox that its sequencer says is connected, and everything that gets in the way.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DROP_WORDS } from '../../../providers/contracts/fake-sequencer.ts';
import {
  type SequencerWorld,
  sequencerClock,
  sequencerEnvironment,
  sequencerWorld,
  signInMailboxes,
  useSequencerFakes,
} from '../../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { readMailboxSecrets } from '../mailboxes/index.ts';

const [target] = await useSequencerFakes(1);
const { fake, platform } = target!;
const clock = sequencerClock();
const api = useInstallation(sequencerEnvironment([target!]), { clock });
let world: SequencerWorld;
let sequencer: string;
let mailboxes: string[];

beforeAll(async () => {
  world = sequencerWorld(api, clock);
  sequencer = await world.addSequencer(platform, fake, { daily_limit: 30, enable_warmup: true });
});
beforeEach(async () => {
  mailboxes = await signInMailboxes(api.installation, api, 1);
  fake.misbehave(0);
});

const one = async (): Promise<Body> => (await world.exportsOf({ mailbox_uids: mailboxes }))[0];
const emailOf = async (uid = mailboxes[0]): Promise<string> =>
  (await api.get(`/mailboxes/details?uid=${uid}`)).body.email;
const told = async (uid: string): Promise<Body[]> =>
  (await api.get(`/events?limit=500&subject_uid=${uid}`)).body.events.map(({ type, data }: Body) => ({
    type,
    ...data,
  }));
const posts = () => fake.held.handedOver();

describe('an export', () => {
  test('ends when the sequencer itself says that it is connected, tuned as wished, told step by step', async () => {
    const { results, exports } = await world.exportTo([sequencer], mailboxes);
    expect(results).toEqual({
      new_exports_created: 1,
      exports_restarted: 0,
      duplicate_exports_skipped: 0,
      refused: 0,
    });
    expect(exports.created[0]).toMatchObject({ mailbox_uid: mailboxes[0], status: 'queued' });
    await world.settle();
    const row = await one();
    expect(row).toMatchObject({ status: 'completed', stage: 'watch', code: null, error_message: null });
    expect(fake.held.byAddress(row.mailbox_email)).toMatchObject({
      state: 'connected',
      dailyLimit: 30,
      warmup: { enabled: true },
      password: (await readMailboxSecrets(api.installation.context, mailboxes[0]!)).appPassword,
    });
    const statuses = (await told(row.uid)).map(({ status }) => status);
    expect(statuses).toEqual(['queued', 'processing', 'completed']);
    const again = await world.exportTo([sequencer], mailboxes);
    expect(again.results).toMatchObject({ new_exports_created: 0, duplicate_exports_skipped: 1 });
  });

  test('shows on the mailbox, by which lists of mailboxes are narrowed', async () => {
    await world.exportTo([sequencer], mailboxes);
    const listed = (await api.post('/mailboxes/list', { sequencer_uid: sequencer, limit: 500 })).body;
    const mine = listed.mailboxes.find(({ uid }: Body) => uid === mailboxes[0]);
    expect(mine).toMatchObject({ sequencers: [sequencer], sequencer_status: 'queued' });
    expect(listed.total).toBe(listed.mailboxes.length);
    await world.settle();
    const used = await api.get(`/sequencers/where-used?mailbox_uid=${mailboxes[0]}`);
    expect(used.body.data).toMatchObject([
      { platform, export: { sequencer_uid: sequencer, status: 'completed' } },
    ]);
    const { body } = await api.get(`/mailboxes/details?uid=${mailboxes[0]}`);
    expect(body.sequencer_status).toBe('completed');
  });

  test('of a mailbox that is being made goes out when it is ready', async () => {
    const { db } = api.installation.context;
    const set = (status: string) =>
      db.updateTable('mailbox').set({ status }).where('uid', '=', mailboxes[0]!).execute();
    await set('finalizing_setup');
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'queued', stage: 'waiting', code: 'waiting_for_mailbox' });
    await set('active');
    await clock.advance(11 * 60_000);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
  });

  test('signs in to the mailbox first, and says so when that is what fails', async () => {
    const host = api.installation.context.providers.mailboxHost('SMTP');
    await host.setPassword(mailboxes[0]!, 'Somebody-elses-1', 'zzzzyyyyxxxxwwww');
    const before = posts();
    await world.exportTo([sequencer], mailboxes);
    await world.settle(5_000);
    const row = await one();
    expect(row).toMatchObject({ status: 'queued', stage: 'sign_in', code: 'sign_in_failed', attempts: 1 });
    expect(row.target_words).toMatch(/sign-in over (SMTP|IMAP)/);
    expect(posts()).toBe(before);
    // So that no later test waits for it.
    await api.post('/sequencers/mailboxes/remove', { sequencer_uid: sequencer, mailbox_uids: mailboxes });
    await world.settle();
  });

  test.for([
    ['whose answer got lost', 'timeOutAfterActing'],
    ['that was answered with 500 though it was carried out', 'answerErrorAfterActing'],
  ] as const)('%s is looked for, and not handed over twice', async ([, fault]) => {
    const before = posts();
    fake.faults[fault]();
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
    expect(posts()).toBe(before + 1);
  });

  test('that got lost on its way is handed over again once it was looked for in vain', async () => {
    fake.faults.timeOutBeforeActing();
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
  });

  test('that the sequencer refuses fails with a code, beside its own words', async () => {
    fake.faults.failNext('rejected');
    await world.exportTo([sequencer], mailboxes);
    await world.settle(30 * 60_000);
    expect(await one()).toMatchObject({
      status: 'failed',
      code: 'refused_by_target',
      error_message: 'The sequencer refuses the mailbox',
      target_words: 'This mailbox is not welcome here',
    });
    expect((await api.get(`/mailboxes/details?uid=${mailboxes[0]}`)).body.sequencer_status).toBe('failed');
    const [{ uid }] = [await one()];
    expect((await api.post('/sequencers/export/retry', { uids: [uid] })).body.restarted).toEqual([uid]);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
  });

  test('waits as long as the sequencer asks', async () => {
    fake.faults.failNext('rateLimited');
    await world.exportTo([sequencer], mailboxes);
    await world.worker.runDue();
    const { status, next_attempt_at } = await one();
    expect(status).toBe('processing');
    expect(new Date(next_attempt_at).getTime() - clock.now().getTime()).toBe(1_000);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
  });

  test('is removed at the sequencer when somebody asks, and when the mailbox ends', async () => {
    const [kept] = await signInMailboxes(api.installation, api, 1);
    await world.exportTo([sequencer], [mailboxes[0]!, kept!]);
    await world.settle();
    const email = await emailOf();
    const row = await one();
    const asked = { sequencer_uid: sequencer, mailbox_uids: mailboxes };
    expect((await api.post('/sequencers/mailboxes/remove', asked)).body.removing).toEqual(mailboxes);
    await world.settle();
    expect(await one()).toBeUndefined();
    expect(fake.held.byAddress(email)).toBeNull();
    expect((await told(row.uid)).at(-1)).toMatchObject({ type: 'sequencer_export.removed' });
    const gone = await emailOf(kept);
    const { status } = await api.post('/mailboxes/cancel', { uids: [kept], immediate: true });
    expect([200, 400]).toContain(status);
    await api.installation.context.db
      .updateTable('mailbox')
      .set({ status: 'cancelled' })
      .where('uid', '=', kept!)
      .execute();
    const [of] = await world.exportsOf({ mailbox_uids: [kept] });
    await api.post('/sequencers/export/retry', { uids: [of.uid] });
    await world.settle();
    expect(await world.exportsOf({ mailbox_uids: [kept] })).toEqual([]);
    expect(fake.held.byAddress(gone)).toBeNull();
  });
});

describe('what changes at the mailbox', () => {
  test('reaches the sequencer: a new password', async () => {
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    const { context } = api.installation;
    const host = context.providers.mailboxHost('SMTP');
    await changeOf('password_changed', {});
    const { password, appPassword } = await readMailboxSecrets(context, mailboxes[0]!);
    await host.setPassword(mailboxes[0]!, password, appPassword);
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
    expect(fake.held.byAddress(await emailOf())!.password).toBe(appPassword);
    expect((await told((await one()).uid)).map(({ cause }) => cause)).toContain('password_changed');
  });

  test('reaches the sequencer: a new address, whose former one is removed there', async () => {
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    const before = await emailOf();
    const { db, providers } = api.installation.context;
    await db.updateTable('mailbox').set({ username: 'renamed' }).where('uid', '=', mailboxes[0]!).execute();
    const after = await emailOf();
    await providers.mailboxHost('SMTP').setAddresses(mailboxes[0]!, { address: after, aliases: [] });
    await changeOf('username_changed', { previous_email: before });
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed', mailbox_email: after });
    expect(fake.held.byAddress(after)).toMatchObject({ state: 'connected' });
    expect(fake.held.byAddress(before)).toBeNull();
  });

  /** As the mailboxes tell it when their host has followed. */
  const changeOf = async (what: string, data: object) => {
    const { db } = api.installation.context;
    await db
      .insertInto('event')
      .values({
        uid: crypto.randomUUID(),
        team_uid: api.teamUid,
        workspace_uid: api.workspaceUid,
        type: `mailbox.${what}`,
        subject_type: 'mailbox',
        subject_uid: mailboxes[0]!,
        data: JSON.stringify(data),
        occurred_at: clock.now(),
      })
      .execute();
  };
});

describe('an account', () => {
  test('is compared every hour: what dropped out is connected again, and the history says so', async () => {
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    await clock.advance(20 * 60_000);
    const email = await emailOf();
    fake.held.drop(email);
    await clock.advance(60 * 60_000);
    await world.settle();
    expect(fake.held.byAddress(email)).toMatchObject({ state: 'connected' });
    expect(await one()).toMatchObject({ status: 'completed' });
    const events = await told((await one()).uid);
    expect(events).toContainEqual(
      expect.objectContaining({
        cause: 'dropped_out',
        code: 'disconnected_by_target',
        target_words: DROP_WORDS,
      }),
    );
    const history = (await api.get(`/sequencers/history?uid=${sequencer}`)).body.data;
    expect(history.some(({ repairs, error }: Body) => repairs >= 1 && error === null)).toBe(true);
    fake.held.remove(fake.held.byAddress(email)!.id);
    await clock.advance(80 * 60_000);
    await world.settle();
    expect(fake.held.byAddress(email)).toMatchObject({ state: 'connected' });
  });

  test('that wants no mailbox connected again is told what dropped out, and no more', async () => {
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    await api.post('/sequencers/update', { uid: sequencer, auto_reconnect_mailboxes: false });
    await clock.advance(20 * 60_000);
    fake.held.drop(await emailOf());
    await clock.advance(60 * 60_000);
    await world.settle(30 * 60_000);
    expect(await one()).toMatchObject({
      status: 'failed',
      code: 'disconnected_by_target',
      target_words: DROP_WORDS,
    });
    await api.post('/sequencers/update', { uid: sequencer, auto_reconnect_mailboxes: true });
  });

  test('whose credential is refused stops, says so, and goes on with another', async () => {
    const own = await world.addSequencer(platform, fake, {}).catch((error: Error) => error.message);
    expect(own).toContain('sequencer_exists');
    const { db } = api.installation.context;
    fake.faults.failNext('unauthorized');
    await world.exportTo([sequencer], mailboxes);
    await world.settle(30 * 60_000);
    // The account still opens, so it was this mailbox that was refused.
    expect(await one()).toMatchObject({ status: 'failed', code: 'refused_by_target' });
    await db.updateTable('sequencer').set({ status: 'invalid' }).where('uid', '=', sequencer).execute();
    const refused = await api.post('/sequencers/update', { uid: sequencer, api_key: 'nobodys-key-0123' });
    expect([refused.status, refused.body.code]).toEqual([400, 'sequencer_credential_refused']);
    const { body } = await api.post('/sequencers/update', { uid: sequencer, ...fake.credential });
    expect(body.data).toMatchObject({ status: 'active' });
    await api.post('/sequencers/export/retry', { sequencer_uid: sequencer });
    await world.settle();
    expect(await one()).toMatchObject({ status: 'completed' });
  });

  test('sets its limits anew at every mailbox when they are changed', async () => {
    await world.exportTo([sequencer], mailboxes);
    await world.settle();
    await api.post('/sequencers/update', { uid: sequencer, daily_limit: 45, enable_warmup: false });
    await world.settle();
    const held = fake.held.byAddress(await emailOf());
    expect(held).toMatchObject({ dailyLimit: 45, warmup: { enabled: false } });
    await api.post('/sequencers/update', { uid: sequencer, daily_limit: 30, enable_warmup: true });
  });
});
