// Where the letters of warm-up go, and where not: pausing, crashes, two machines, forwarding, spam, forged marks. On a
// virtual clock, with the real mail plane.
import { createTransport } from 'nodemailer';
import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { signInMailboxes } from '../../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import {
  folderOf,
  mailDelivered,
  passUntil,
  readingMailbox,
  warmupEnvironment,
  warmupWorker,
} from '../../testing/warmup-world.ts';
import { hostOf, mailboxByUid, readMailboxSecrets } from '../mailboxes/index.ts';

const HOUR_MS = 3_600_000;
const clock = new VirtualClock(new Date());
const api = useInstallation(warmupEnvironment(), { clock });
const db = () => api.database.db;

/** All day, every day, as many as are asked for. */
const daily = (letters: number, more: object = {}) => ({
  start: letters,
  increment: 0,
  max: letters,
  jitter_percent: 0,
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  from_hour: 0,
  until_hour: 24,
  reply_percent: 0,
  ...more,
});

let team: Team;
const post = (path: string, body: object) =>
  api.post(path, body, { key: team.key, workspace: team.workspaceUid });
const get = (path: string) => api.get(path, { key: team.key, workspace: team.workspaceUid });
const rowOf = async (mailboxUid: string): Promise<Body> =>
  (await post('/warmup/list', { mailbox_uids: [mailboxUid], include_cancelled: true })).body.subscriptions[0];
const mailboxes = (count: number) => signInMailboxes(api.installation, team, count);
/** One on each of so many domains. */
const onDomains = async (count: number): Promise<string[]> => {
  const uids: string[] = [];
  for (let index = 0; index < count; index += 1) uids.push(...(await mailboxes(1)));
  return uids;
};
const letters = () => db().selectFrom('warmup_letter').selectAll().orderBy('uid').execute();
const statuses = async (): Promise<string[]> => (await letters()).map(({ status }) => status);

beforeEach(async () => {
  // Letters of tests before are nobody's concern.
  await db().updateTable('warmup_subscription').set({ plan_at: null, due_at: null }).execute();
  await db().deleteFrom('warmup_letter').execute();
  team = await addTeam(api.installation, 100);
});

describe('letters', () => {
  const start = async (uids: string[], settings: object) => {
    const added = await post('/warmup/add', { mailbox_uids: uids, settings });
    expect(added.body.subscriptions, JSON.stringify(added.body)).toHaveLength(uids.length);
  };
  /** To the end of the day that was begun, when all of it is due. */
  const endDay = async () => {
    const day = new Date(clock.now());
    await passUntil(clock, new Date(Math.floor(day.getTime() / (24 * HOUR_MS) + 1) * 24 * HOUR_MS - 1));
  };
  const beginDay = async () => {
    await passUntil(clock, new Date(Math.floor(clock.now().getTime() / (24 * HOUR_MS) + 1) * 24 * HOUR_MS));
  };

  test('a paused mailbox sends none and gets none, also none that was planned', async () => {
    const [one, other] = (await onDomains(2)) as [string, string];
    await beginDay();
    await start([one, other], daily(3));
    const worker = warmupWorker(api);
    await worker.runDue();
    expect(await statuses()).toHaveLength(6);
    await post('/warmup/pause', { mailbox_uids: [one] });
    await endDay();
    await worker.runDue();
    await mailDelivered(api);
    const after = await letters();
    const sent = after.filter(({ sent_at }) => sent_at !== null).length;
    expect(after.filter(({ status }) => status === 'dropped')).toHaveLength(6 - sent);
    // What was due in the first moments of the day may have gone before.
    expect(sent).toBeLessThanOrEqual(2);
    await worker.close();
  });

  test('a machine that dies while it hands a letter in leaves neither a lost nor a second one', async () => {
    const [one, other] = (await onDomains(2)) as [string, string];
    await beginDay();
    await start([one, other], daily(4));
    const first = warmupWorker(api);
    await first.runDue();
    await endDay();
    await first.runDue();
    await mailDelivered(api);
    await first.close();
    const sent = (await letters()).filter(({ status }) => status === 'sent');
    expect(sent.length).toBeGreaterThan(4);
    // Dead after the host took the first and before that was written down, and before it got the second.
    const [taken, never] = sent as [Body, Body];
    const beingHandedIn = { status: 'sending', due_at: clock.now(), sent_at: null };
    for (const { uid, from_uid } of [taken, never]) {
      const change = { ...beingHandedIn, actor_uid: from_uid };
      await db().updateTable('warmup_letter').set(change).where('uid', '=', uid).execute();
    }
    const mailOf = (messageId: string) =>
      db().selectFrom('mail.queue_message').select('id').where('message_id', '=', messageId).execute();
    const [queued] = await mailOf(never.message_id);
    await db().deleteFrom('mail.queue_message').where('id', '=', queued!.id).execute();
    const second = warmupWorker(api);
    await second.runDue();
    await mailDelivered(api);
    expect(await mailOf(taken.message_id)).toHaveLength(1);
    expect(await mailOf(never.message_id)).toHaveLength(1);
    expect((await statuses()).filter((status) => status === 'sending')).toEqual([]);
    await second.close();
  });

  test('two machines at once send each letter once', async () => {
    const uids = await onDomains(4);
    await beginDay();
    await start(uids, daily(3));
    const workers = [warmupWorker(api), warmupWorker(api), warmupWorker(api)];
    const work = () => Promise.all(workers.map((worker) => worker.runDue()));
    await work();
    expect(await statuses()).toHaveLength(12);
    await endDay();
    await work();
    await mailDelivered(api);
    const ids = (await letters()).map(({ message_id }) => message_id);
    const queued = await db()
      .selectFrom('mail.queue_message')
      .select('message_id')
      .where('message_id', 'in', ids)
      .execute();
    expect(queued).toHaveLength(12);
    for (const worker of workers) await worker.close();
  });

  test('goes into its own folder, whatever its owner forwards; one in spam is counted, taken out and marked', async () => {
    const [one, other] = (await onDomains(2)) as [string, string];
    const { context } = api.installation;
    const mailbox = (await mailboxByUid(context.db, other))!;
    await hostOf(context.providers, mailbox).setForwarding(other, {
      address: 'elsewhere@outside.example',
      keepCopy: false,
    });
    await beginDay();
    await start([one, other], daily(4, { open_percent: 100, important_percent: 100 }));
    const worker = warmupWorker(api);
    await worker.runDue();
    await endDay();
    await worker.runDue();
    await mailDelivered(api);
    const outside = await db()
      .selectFrom('mail.queue_recipient')
      .select('id')
      .where('address', '=', 'elsewhere@outside.example')
      .execute();
    expect(outside).toEqual([]);
    await readingMailbox(api, other, async (client) => {
      expect(await folderOf(client, 'INBOX')).toEqual([]);
      expect((await folderOf(client, 'Warmup')).length).toBeGreaterThan(2);
      // As a host would that distrusts it.
      await client.mailboxOpen('Warmup');
      await client.messageMove('1', 'Junk');
    });
    await clock.advance(3 * HOUR_MS);
    await worker.runDue();
    await readingMailbox(api, other, async (client) => {
      expect(await folderOf(client, 'Junk')).toEqual([]);
      const all = await folderOf(client, 'Warmup');
      expect(all.filter(({ flags }) => flags.has('\\Seen') && flags.has('\\Flagged')).length).toBeGreaterThan(
        2,
      );
    });
    const { body } = await get(`/warmup/details?mailbox_uid=${one}`);
    const sums = (field: string) => body.days.reduce((sum: number, day: Body) => sum + day[field], 0);
    expect(sums('spam')).toBe(1);
    expect(sums('inbox')).toBeGreaterThan(1);
    expect(body.subscription.cached_stats.inbox_rate).toBeLessThan(100);
    const got = await get(`/warmup/details?mailbox_uid=${other}`);
    expect(got.body.days.reduce((sum: number, day: Body) => sum + day.rescued, 0)).toBe(1);
    await worker.close();
  });

  test('nobody else’s mail gets there: one with a mark that was copied or made up is ordinary mail', async () => {
    const [one, other] = (await onDomains(2)) as [string, string];
    await beginDay();
    await start([one, other], daily(1));
    const worker = warmupWorker(api);
    await worker.runDue();
    await endDay();
    await worker.runDue();
    await mailDelivered(api);
    const genuine = await readingMailbox(api, other, (client) => folderOf(client, 'Warmup'));
    const mark = /^X-InboxKit-Warmup: .*$/im.exec(genuine[0]!.source)![0];
    const { context } = api.installation;
    const sender = (await mailboxByUid(context.db, one))!;
    const recipient = (await mailboxByUid(context.db, other))!;
    const { smtp } = await hostOf(context.providers, sender).access();
    const transport = createTransport({
      host: smtp.connectTo ?? smtp.host,
      port: smtp.port,
      secure: smtp.security === 'tls',
      auth: { user: sender.address, pass: (await readMailboxSecrets(context, one)).appPassword },
      tls: { servername: smtp.host, ca: smtp.ca },
    });
    for (const value of [mark.split(': ')[1]!, 'v1; AAAA']) {
      await transport.sendMail({
        from: sender.address,
        to: recipient.address,
        subject: 'Buy now',
        text: 'Buy now',
        headers: { 'X-InboxKit-Warmup': value },
      });
    }
    transport.close();
    await mailDelivered(api);
    await readingMailbox(api, other, async (client) => {
      expect(await folderOf(client, 'INBOX')).toHaveLength(2);
      expect(await folderOf(client, 'Warmup')).toHaveLength(1);
    });
    await worker.close();
  });

  test('pairs across workspaces only where both agree', async () => {
    const [mine] = await onDomains(1);
    const own = team;
    await beginDay();
    await start([mine!], daily(2, { share_across_workspaces: true }));
    team = await addTeam(api.installation, 100);
    const [theirs] = await onDomains(1);
    await start([theirs!], daily(2));
    const worker = warmupWorker(api);
    await worker.runDue();
    expect(await letters()).toEqual([]);
    expect((await rowOf(theirs!)).cached_stats.warmup_status).toBe('no_partners');
    await post('/warmup/update', { mailbox_uids: [theirs], settings: { share_across_workspaces: true } });
    await beginDay();
    await worker.runDue();
    expect(await statuses()).toHaveLength(4);
    team = own;
    expect((await get(`/warmup/details?mailbox_uid=${mine}`)).body.reciprocity.own_workspace_only).toBe(
      false,
    );
    await worker.close();
  });
});
