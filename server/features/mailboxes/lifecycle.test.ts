// Cancelling, pausing, suspending and bringing back mailboxes, through HTTP and as a mail program meets it.
import { ImapFlow } from 'imapflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { askUntil, expectBalanced, walletOf } from '../../testing/follow.ts';
import { type OpenMailboxes, openMailboxes } from '../../testing/open-mailbox.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const MONTH = 3.5;
const secrets = { password: 'correct-horse-Battery-9', appPassword: 'qwjxkdbnvhpslfty' };

const open = (count: number): Promise<OpenMailboxes> =>
  openMailboxes(api.installation, api, count, { secrets });
const row = async (uid: string): Promise<Body> => (await api.get(`/mailboxes/${uid}`)).body;
const until = (uid: string, isEnough: (box: Body) => boolean) => askUntil(() => row(uid), isEnough);
const post = (verb: string, body: object) => api.post(`/mailboxes/${verb}`, body);
const hosted = async (uid: string) =>
  (await api.installation.context.providers.mailboxHost('SMTP').findMailbox({ id: uid }))?.status ?? null;
const hostSays = (uid: string, status: string | null) =>
  askUntil(
    () => hosted(uid),
    (said) => said === status,
  );

const connect = async (address: string): Promise<ImapFlow> => {
  const { imap } = await api.installation.context.providers.mailboxHost('SMTP').access();
  const client = new ImapFlow({
    host: imap.connectTo!,
    port: imap.port,
    secure: true,
    servername: imap.host,
    tls: { ca: imap.ca },
    auth: { user: address, pass: secrets.password },
    logger: false,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
};

describe('cancelling', () => {
  test('ends with the term by default, can be taken back, and says so in every row', async () => {
    const { uids } = await open(2);
    const [, uid] = uids as [string, string];
    const before = await row(uid);
    const { status, body } = await post('cancel', { uids: [uid] });
    expect([status, body.message]).toEqual([200, 'Mailbox scheduled for cancellation']);
    expect(body.results.success).toEqual([
      { uid, email: before.email, status: 'scheduled_for_cancellation', ends_at: before.renewal_date },
    ]);
    expect(await row(uid)).toMatchObject({
      status: 'scheduled_for_cancellation',
      mailbox_cancellation_status: 'pending',
      renewal_date: null,
      prepaid_until: before.prepaid_until,
    });
    expect(await hosted(uid)).toBe('active');
    const back = await post('uncancel', { uids: [uid, newId(), 'no uid'] });
    expect(back.body.message).toBe('Processed 3 mailbox(es): 1 uncancelled, 2 failed');
    expect(back.body.results.failed[1]).toMatchObject({ uid: 'no uid', code: 'mailbox_not_found' });
    expect(back.body.results.failed[0]).toMatchObject({ code: 'mailbox_not_found' });
    expect(await row(uid)).toMatchObject({
      status: 'active',
      mailbox_cancellation_status: 'na',
      renewal_date: before.renewal_date,
    });
    const again = await post('uncancel', { uids: [uid] });
    expect([again.status, again.body.message]).toEqual([409, 'Mailbox is not scheduled for cancellation']);
  });

  test('now closes it at once, keeps its mail and its address, and is taken back for nothing', async () => {
    const { uids, domain } = await open(2);
    const uid = uids[1]!;
    const wallet = await walletOf(api);
    await post('cancel', { uids: [uid], when: 'now' });
    expect(await row(uid)).toMatchObject({ status: 'cancelled', mailbox_cancellation_status: 'completed' });
    await hostSays(uid, 'archived');
    await expect(connect(`mara1@${domain.name}`)).rejects.toThrow();
    const taken = await post('buy', {
      mailboxes: [
        { username: 'mara1', domain_name: domain.name, first_name: 'M', last_name: 'V', platform: 'SMTP' },
      ],
    });
    expect([taken.status, taken.body.code]).toEqual([409, 'mailbox_exists']);
    expect((await post('uncancel', { uids: [uid] })).status).toBe(200);
    await until(uid, (box) => box.status === 'active');
    expect(await row(uid)).toMatchObject({ mailbox_reactivation_status: 'completed' });
    await (await connect(`mara1@${domain.name}`)).logout();
    expect(await walletOf(api)).toBe(wallet);
  });

  test('with its mail frees the address for good', async () => {
    const { uids, domain } = await open(2);
    const uid = uids[1]!;
    await post('cancel', { uids: [uid], when: 'now', erase_mail: true });
    await until(uid, (box) => box.status === 'deleted');
    expect(await hosted(uid)).toBeNull();
    const { status } = await post('buy', {
      mailboxes: [
        { username: 'mara1', domain_name: domain.name, first_name: 'M', last_name: 'V', platform: 'SMTP' },
      ],
    });
    expect(status).toBe(200);
    const refused = await post('reactivate', { uids: [uid] });
    expect([refused.status, refused.body.code]).toEqual([409, 'mailbox_has_ended']);
  });

  test('the first mailbox of a domain needs a confirmation while others remain, which end with it', async () => {
    const { uids } = await open(3);
    const [admin, ...others] = uids as [string, string, string];
    expect((await row(admin)).is_admin).toBe(true);
    const refused = await post('cancel', { uids: [admin] });
    expect([refused.status, refused.body.code]).toEqual([409, 'domain_teardown_unconfirmed']);
    expect(refused.body.remaining).toHaveLength(2);
    expect((await row(admin)).status).toBe('active');
    const { body } = await post('cancel', { uids: [admin], confirm_domain_teardown: true });
    expect(body.results.success).toHaveLength(3);
    for (const uid of others) expect((await row(uid)).status).toBe('scheduled_for_cancellation');
  });

  test('the last mailbox of a domain, and all of them at once, need none', async () => {
    const { uids } = await open(2);
    expect((await post('cancel', { uids, when: 'now' })).body.results.success).toHaveLength(2);
  });

  test('domains are not taken in place of mailboxes', async () => {
    const { domain } = await open(1);
    const { status, body } = await post('cancel', { domain_uids: [domain.uid] });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });
});

describe('closing', () => {
  let boxes: OpenMailboxes;
  beforeAll(async () => {
    boxes = await open(2);
  });

  test.each([
    ['deactivate', 'inactive', 0],
    ['suspend', 'suspended', 1],
  ] as const)(
    '%s ends open sessions, keeps everybody out, and is undone for nothing',
    async (verb, status, which) => {
      const uid = boxes.uids[which]!;
      const address = `mara${which}@${boxes.domain.name}`;
      const wallet = await walletOf(api);
      const client = await connect(address);
      const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
      const { body } = await post(verb, { uids: [uid], reason: 'Looks odd' });
      expect(body.results.success).toMatchObject([{ uid, status }]);
      expect(await row(uid)).toMatchObject({ status, status_reason: 'Looks odd' });
      await hostSays(uid, status);
      await ended;
      await expect(connect(address)).rejects.toThrow();
      // Twice is once.
      expect((await post(verb, { uids: [uid] })).status).toBe(200);
      expect((await row(uid)).status_reason).toBe('Looks odd');

      const quote = await post('reactivate', { uids: [uid], dry_run: true });
      expect(quote.body).toMatchObject({ dry_run: true, total_cost: 0, lines: [] });
      expect((await row(uid)).mailbox_reactivation_status).not.toBe('pending');
      await post('reactivate', { uids: [uid] });
      await until(uid, (box) => box.status === 'active');
      await (await connect(address)).logout();
      expect(await walletOf(api)).toBe(wallet);
    },
  );

  test('two that close and open one mailbox at once leave it at its host as its row says', async () => {
    const uid = boxes.uids[1]!;
    for (let round = 0; round < 3; round += 1) {
      await post('suspend', { uids: [uid] });
      await Promise.all([post('reactivate', { uids: [uid] }), post('reactivate', { uids: [uid] })]);
      await until(uid, (box) => box.mailbox_reactivation_status !== 'pending' && box.status === 'active');
    }
    await post('suspend', { uids: [uid] });
    await hostSays(uid, 'suspended');
    expect((await row(uid)).status).toBe('suspended');
  });
});

describe('time', () => {
  test('paid ahead is priced before, paid once, and moves the renewal', async () => {
    const { uids } = await open(2);
    const before = await row(uids[0]!);
    const wallet = await walletOf(api);
    const quote = await post('renew', { uids, months: 12, dry_run: true });
    expect(quote.body).toMatchObject({ dry_run: true, total_cost: 24 * MONTH, credits_remaining: wallet });
    expect((await row(uids[0]!)).renewal_date).toBe(before.renewal_date);
    const paid = await post('renew', { uids, months: 12 });
    expect(paid.body).toMatchObject({ dry_run: false, total_cost: 24 * MONTH });
    expect(paid.body.lines).toEqual(quote.body.lines);
    const after = await row(uids[0]!);
    expect(new Date(after.renewal_date).getUTCFullYear()).toBe(
      new Date(before.renewal_date).getUTCFullYear() + 1,
    );
    expect(after).toMatchObject({ renewal_status: 'completed', prepaid_until: after.renewal_date });
    const tooLong = await post('renew', { uids, months: 24 });
    expect([tooLong.status, tooLong.body.code]).toEqual([400, 'prepaid_too_long']);
    expect(await walletOf(api)).toBe(wallet - 24 * MONTH);
    await expectBalanced(api);
  });

  test('bought for some months is paid from the wallet at once, and quoted and counted alike', async () => {
    const domain = (await open(1)).domain.name;
    const username = `m${newId().slice(-8)}`;
    const box = { domain_name: domain, username, first_name: 'Ada', last_name: 'Moss', platform: 'SMTP' };
    const wish = { mailboxes: [box], months: 3 };
    const wallet = await walletOf(api);
    const { quote } = (await api.post('/quotes', { buy_mailboxes: wish })).body;
    const dry = await post('buy', { ...wish, dry_run: true });
    const bought = await post('buy', wish);
    expect(bought.status, JSON.stringify(bought.body)).toBe(200);
    expect([quote.total, dry.body.total_cost, bought.body.total_cost]).toEqual(Array(3).fill(3 * MONTH));
    expect(bought.body.lines[0].description).toBe(`${username}@${domain}, first 3 months`);
    const { uid } = bought.body.mailboxes[0];
    const { renewal_date, prepaid_until } = await until(uid, ({ status }) => status === 'active');
    expect(prepaid_until).toBe(renewal_date);
    const days = (Date.parse(renewal_date) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBeGreaterThanOrEqual(89);
    expect(Math.round(days)).toBeLessThanOrEqual(92);
    expect(await walletOf(api)).toBe(wallet - 3 * MONTH);
    await expectBalanced(api);
  });

  test('that is over is paid again by whoever brings the mailbox back', async () => {
    const { uids } = await open(2);
    const uid = uids[1]!;
    await post('cancel', { uids: [uid], when: 'now' });
    await api.database.db
      .updateTable('mailbox')
      .set({ renewal_date: new Date('2026-01-01T00:00:00Z') })
      .where('uid', '=', uid)
      .execute();
    const refused = await post('uncancel', { uids: [uid] });
    expect(refused.body.code).toBe('mailbox_not_scheduled_for_cancellation');
    const { body } = await post('reactivate', { uids: [uid] });
    expect(body.lines).toHaveLength(1);
    await until(uid, (box) => box.status === 'active');
    expect(new Date((await row(uid)).renewal_date) > new Date()).toBe(true);
    await expectBalanced(api);
  });
});
