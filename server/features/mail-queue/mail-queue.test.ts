// Proves that a workspace sees its mail and why it waits, and steers it; with real mailboxes that send by SMTP.
import nodemailer from 'nodemailer';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { askUntil, orderEnded } from '../../testing/follow.ts';
import { freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { tellBounces } from './index.ts';

const api = useInstallation({ INBOXKIT_FIRST_CREDITS: '1000' });
let stranger: Team;
let mara: Body;

beforeAll(async () => {
  stranger = await addTeam(api.installation);
  const name = freshName();
  const placed = await api.post('/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]));
  const order = await orderEnded(api, placed.body.order_id);
  const { uid } = order.domains[0].mailboxes[0];
  mara = { uid, ...(await api.get(`/mailboxes/show-credentials?uid=${uid}`)).body };
});

let letters = 0;
/** Sends a letter to an address nobody else writes to; gives its entry in the queue once it is there. */
const send = async (options: { to?: string } = {}): Promise<Body> => {
  letters += 1;
  const { to = `bob${letters}@elsewhere.example` } = options;
  const { smtp } = mara;
  const client = nodemailer.createTransport({
    host: smtp.connect_to ?? smtp.host,
    port: smtp.port,
    secure: true,
    tls: { ca: mara.certificate, servername: smtp.host },
    auth: { user: mara.email, pass: mara.password },
  });
  await client.sendMail({ from: mara.email, to, subject: `Grüße ${letters}`, text: 'hi' });
  return entryFor(to, (entry) => !['queued', 'sending'].includes(entry.status));
};

const entryFor = async (recipient: string, settled: (entry: Body) => boolean): Promise<Body> => {
  const list = await askUntil(
    async () => (await api.post('/mail-queue/list', { recipient })).body,
    ({ mail }) => mail.length > 0 && mail.every(settled),
  );
  return list.mail[0];
};

const details = async (uid: string): Promise<Body> =>
  (await api.get(`/mail-queue/details?uid=${uid}`)).body.mail;

describe('the list', () => {
  test('shows held mail with its reason, its subject and its mailbox, and counts what waits', async () => {
    const entry = await send();
    expect(entry).toMatchObject({
      status: 'held',
      reason: expect.stringMatching(/^Outbound delivery is switched off/),
      sender: mara.email,
      mailbox_uid: mara.uid,
      subject: `Grüße ${letters}`,
      attempts: 0,
      next_attempt_at: null,
      bounce: null,
    });
    expect(entry.size_bytes).toBeGreaterThan(100);
    const { body } = await api.post('/mail-queue/list', { status: 'held', mailbox_uid: mara.uid });
    expect(body.waiting.held).toBe(body.total);
    expect(body.mail.map(({ uid }: Body) => uid)).toContain(entry.uid);
  });

  test('finds by each filter, and reads to the end by cursor without a gap', async () => {
    for (let n = 0; n < 3; n += 1) await send();
    const found = async (filter: object) => (await api.post('/mail-queue/list', filter)).body;
    expect((await found({ domain: 'nowhere.example' })).total).toBe(0);
    expect((await found({ status: ['delivered', 'bounced'], domain: 'elsewhere.example' })).total).toBe(0);
    expect((await found({ sender: mara.email.toUpperCase() })).total).toBeGreaterThan(2);
    expect((await found({ accepted_before: '2020-01-01T00:00:00Z' })).total).toBe(0);
    expect((await found({ accepted_after: '2020-01-01T00:00:00+02:00' })).total).toBeGreaterThan(2);
    expect((await found({ recipient: '%' })).total).toBe(0);
    const all = (await found({ limit: 500 })).mail.map(({ uid }: Body) => uid);
    const read: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Body = await found({ limit: 2, ...(cursor ? { cursor } : {}) });
      read.push(...page.mail.map(({ uid }: Body) => uid));
      cursor = page.next_cursor;
    } while (cursor);
    expect(read).toEqual(all);
  });

  test('shows nothing to another workspace, and lets it steer nothing', async () => {
    const entry = await send();
    const options = { key: stranger.key, workspace: stranger.workspaceUid };
    expect((await api.post('/mail-queue/list', {}, options)).body.total).toBe(0);
    expect((await api.get(`/mail-queue/details?uid=${entry.uid}`, options)).status).toBe(404);
    for (const command of ['retry', 'hold', 'release', 'drop']) {
      const reply = await api.post(`/mail-queue/${command}`, { uids: [entry.uid] }, options);
      expect([reply.status, reply.body.code]).toEqual([404, 'mail_queue_entry_not_found']);
      const all = await api.post(`/mail-queue/${command}`, { filter: { status: 'held' } }, options);
      expect(all.body.changed).toBe(0);
    }
    expect((await details(entry.uid)).status).toBe('held');
  });
});

describe('what came back', () => {
  test('is shown with its bounce and every attempt; an address of our own may be made tomorrow', async () => {
    const to = `no-such-person-${letters}@${mara.email.split('@')[1]}`;
    const entry = await send({ to });
    expect(entry).toMatchObject({
      status: 'bounced',
      bounce: { kind: 'hard', origin: 'delivery', status: '5.1.1' },
    });
    expect((await details(entry.uid)).history).toMatchObject([
      { attempt: 1, result: 'bounced', response: expect.stringMatching(/^550 5\.1\.1 /) },
    ]);
    expect((await api.post('/suppressions/list', { keyword: to })).body.total).toBe(0);
    expect((await send({ to })).status).toBe('bounced');
  });

  test('an address on the suppression list is refused with the reason, until it is taken off', async () => {
    const to = 'unwilling@elsewhere.example';
    await api.post('/suppressions/add', { emails: [to], reason: 'möchte keine Post' });
    await expect(send({ to })).rejects.toThrow(
      /550 5\.7\.1 .* is on the suppression list .* since \d{4}-\d\d-\d\d: m\?chte keine Post/,
    );
    await api.post('/suppressions/remove', { emails: [to] });
    expect((await send({ to })).status).toBe('held');
  });
});

describe('a command', () => {
  test('held on request, mail waits until it is released, also when everything else is let go', async () => {
    const entry = await send();
    const held = await api.post('/mail-queue/hold', { uids: [entry.uid] });
    expect(held.body).toMatchObject({ changed: 1, unchanged: [] });
    expect((await details(entry.uid)).reason).toBe('Held on request');
    await api.post('/mail-queue/release', { filter: { recipient: entry.recipient } });
    // Outbound is off in this installation: it is tried, and waits again for that.
    const again = await entryFor(entry.recipient, ({ reason }) => reason?.startsWith('Outbound'));
    expect(again.status).toBe('held');
  });

  test('dropped mail is gone, its content too, and cannot be steered any more', async () => {
    const entry = await send();
    expect((await api.post('/mail-queue/drop', { uids: [entry.uid] })).body.changed).toBe(1);
    const { raw } = await api.installation.storage.db
      .selectFrom('mail.queue_message')
      .select('raw')
      .where('id', '=', entry.message_uid)
      .executeTakeFirstOrThrow();
    expect(raw).toBeNull();
    for (const command of ['retry', 'hold', 'release', 'drop']) {
      expect((await api.post(`/mail-queue/${command}`, { uids: [entry.uid] })).body).toMatchObject({
        changed: 0,
        unchanged: [{ uid: entry.uid, status: 'dropped' }],
      });
    }
  });

  test('by filter takes all that it means, and only that', async () => {
    const mail = [await send(), await send()];
    const keep = await send();
    const recipient = mail[0].recipient;
    expect((await api.post('/mail-queue/drop', { filter: { recipient } })).body.changed).toBe(1);
    expect((await details(mail[1].uid)).status).toBe('held');
    expect((await details(keep.uid)).status).toBe('held');
  });

  test('leaves an event that says who did what', async () => {
    const entry = await send();
    await api.post('/mail-queue/drop', { uids: [entry.uid] });
    const event = await api.installation.storage.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'workspace.mail_queue_changed')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow();
    expect(event.data).toMatchObject({ command: 'drop', changed: 1, uids: [entry.uid] });
  });

  test.each([
    [{}, 'uids'],
    [{ uids: [] }, 'uids'],
    [{ filter: {} }, 'filter'],
    [{ uids: ['018f0000-0000-7000-8000-000000000000'], filter: { status: 'held' } }, 'uids'],
    [{ filter: { status: 'lost' } }, 'status'],
  ])('%j is refused, and %s is named', async (body, field) => {
    const reply = await api.post('/mail-queue/drop', body);
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.body.errors ?? reply.body)).toContain(field);
  });
});

describe('mail that comes back', () => {
  test('is told of by one event, with who and why and without what was written', async () => {
    const { db } = api.installation.storage;
    const told = () =>
      db
        .selectFrom('event')
        .select(['subject_uid', 'data'])
        .where('type', '=', 'mailbox.mail_bounced')
        .execute();
    const entry = await send();
    const id = newId();
    await db
      .insertInto('mail.bounce')
      .values({
        id,
        workspace_id: api.workspaceUid,
        mailbox_id: mara.uid,
        recipient_id: entry.uid,
        address: entry.recipient,
        kind: 'hard',
        origin: 'delivery',
        status: '5.1.1',
        reason: '550 5.1.1 No such user',
        reported_by: 'mx.elsewhere.example',
        bounced_at: new Date(),
      })
      .execute();
    const { context } = api.installation;
    await Promise.all([tellBounces(context), tellBounces(context)]);
    await tellBounces(context);
    const own = (await told()).filter(({ data }) => (data as { cause: string }).cause === id);
    expect(own).toEqual([
      {
        subject_uid: mara.uid,
        data: {
          email: mara.email,
          recipient: entry.recipient,
          bounce: 'hard',
          origin: 'delivery',
          status_code: '5.1.1',
          diagnostic: '550 5.1.1 No such user',
          reported_by: 'mx.elsewhere.example',
          mail_uid: entry.uid,
          cause: id,
        },
      },
    ]);
  });
});
