// What else is asked and set for a mailbox: codes, availability, signatures, forwarding, why something failed.
import { createTransport } from 'nodemailer';
import { TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../database/uuid.ts';
import { activeDomain } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { askUntil } from '../../testing/follow.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { safeSignature } from './signature.ts';

const api = useInstallation({ INBOXKIT_MAX_MAILBOXES_PER_DOMAIN: '4' });
let domain: { uid: string; name: string };
let mara: { uid: string; email: string };
let otto: { uid: string; email: string };

beforeAll(async () => {
  domain = await activeDomain(api);
  [mara, otto] = (await activeMailboxes(api, domain.name, ['mara', 'otto'])) as [typeof mara, typeof otto];
});

const get = async (path: string): Promise<Body> => (await api.get(`/mailboxes/${path}`)).body;
const data = async (type: string): Promise<Body[]> => {
  const rows = await api.database.db.selectFrom('event').select('data').where('type', '=', type).execute();
  return rows.map((row) => row.data);
};

test('a code is the one that the shown secret gives, on both paths, and tells that it was asked for', async () => {
  const { secret } = await get(`show-credentials?uid=${mara.uid}`);
  for (const path of [`${mara.uid}/totp`, `totp?email=${mara.email}`]) {
    const { totp, code, expires_in } = await get(path);
    expect(new TOTP({ secret }).validate({ token: totp, window: 1 })).not.toBeNull();
    expect([code, expires_in >= 1 && expires_in <= 30]).toEqual([totp, true]);
  }
  const told = (await data('mailbox.credentials_revealed')).map(({ secrets }) => secrets);
  expect(told).toEqual([['password', 'app_password', 'totp_secret'], ['totp'], ['totp']]);
});

test('a mailbox is found by its exact address, in the list and alone', async () => {
  expect(await get(`details?email=${mara.email.toUpperCase()}`)).toMatchObject({
    uid: mara.uid,
    aliases: [],
  });
  expect((await api.get('/mailboxes/details?email=mara')).status).toBe(404);
  const listed = async (body: object) => (await api.post('/mailboxes/list', body)).body;
  expect(await listed({ email: mara.email })).toMatchObject({ total: 1, mailboxes: [{ uid: mara.uid }] });
  expect(await listed({ email: 'mara@' })).toMatchObject({ total: 0, mailboxes: [] });
  const strange = await api.post('/mailboxes/list', { status: 'strange' });
  expect([strange.status, strange.body.message]).toEqual([
    400,
    expect.stringContaining('status must be one of'),
  ]);
});

describe('availability', () => {
  test.each([
    ['a free address', () => `email=free@${domain.name}`, true, null],
    ['the same in two parts', () => `username=free&domain=${domain.name}`, true, null],
    ['a taken one', () => `email=${'MARA'}@${domain.name}`, false, 'taken'],
    ['a reserved one', () => `email=postmaster@${domain.name}`, false, 'invalid_username'],
    ['one that is none', () => `email=ma%20ra@${domain.name}`, false, 'invalid_username'],
    ['one on a domain of nobody', () => 'email=mara@not-mine.com', false, 'no_such_domain'],
  ])('of %s', async (_title, query, available, reason) => {
    expect(await get(`availability?${query()}`)).toMatchObject({ error: false, available, reason });
  });

  test('of a mailbox’s own address and of another name for it, on the path with its uid', async () => {
    expect(await get(`${mara.uid}/availability`)).toMatchObject({
      available: false,
      message: `Mailbox ${mara.email} already exists`,
    });
    const other = await get(`${mara.uid}/availability?username=Mara.V`);
    expect(other).toMatchObject({ available: true, email: `mara.v@${domain.name}` });
    expect((await api.get(`/mailboxes/${newId()}/availability`)).status).toBe(404);
    expect((await api.get('/mailboxes/availability')).status).toBe(400);
  });

  test('of a domain that is full says so, and still lets a mailbox be renamed', async () => {
    await activeMailboxes(api, domain.name, ['three', 'four']);
    expect(await get(`availability?email=five@${domain.name}`)).toMatchObject({ reason: 'domain_full' });
    expect(await get(`availability?uid=${mara.uid}&username=five`)).toMatchObject({ available: true });
    const { body } = await api.get('/domains/assignable');
    expect(body.domains).toEqual([]);
    expect(body.reserved_usernames).toContain('postmaster');
  });
});

describe('a signature', () => {
  test('is kept without what could run, for one or many, and can be removed', async () => {
    const signature = '<p onclick="x()">Mara <script>alert(1)</script><a href="javascript:x">site</a></p>';
    const set = await api.post('/mailboxes/signature', { mailbox_id: mara.uid, signature });
    expect(set.body.signature).toBe('<p>Mara <a rel="noopener noreferrer">site</a></p>');
    expect((await get(`details?uid=${mara.uid}`)).signature).toBe(set.body.signature);
    const both = await api.post('/mailboxes/signature', { uids: [mara.uid, otto.uid], signature: 'Grüße' });
    expect(both.body.uids).toEqual([mara.uid, otto.uid]);
    await api.post('/mailboxes/signature/delete', { mailbox_id: mara.uid });
    await api.call('DELETE', '/mailboxes/signature', { uids: [otto.uid] });
    for (const { uid } of [mara, otto]) expect((await get(`details?uid=${uid}`)).signature).toBeNull();
  });

  test('of which nothing can be shown is refused, and none is set when one mailbox is unknown', async () => {
    const nothing = await api.post('/mailboxes/signature', {
      uid: mara.uid,
      signature: '<style>a{}</style> ',
    });
    expect([nothing.status, nothing.body.code]).toEqual([400, 'empty_signature']);
    const unknown = await api.post('/mailboxes/signature', { uids: [mara.uid, newId()], signature: 'x' });
    expect(unknown.status).toBe(404);
    expect((await get(`details?uid=${mara.uid}`)).signature).toBeNull();
    const long = await api.post('/mailboxes/signature', { uid: mara.uid, signature: 'x'.repeat(10_001) });
    expect(long.status).toBe(400);
  });

  test.each([
    ['<img src=x onerror=alert(1)>', '<img src="x" />'],
    ['<img src="data:text/html,x">', '<img />'],
    ['<a href="//evil.example">x</a>', '<a rel="noopener noreferrer">x</a>'],
    ['<p style="background:url(x);color:red">x</p>', '<p style="color:red">x</p>'],
    ['<iframe src="x"></iframe>hi', 'hi'],
    ['<svg><script>x</script></svg>hi', 'hi'],
    ['<div>a<form action=x><input>b</form></div>', '<div>ab</div>'],
  ])('%s becomes %s', (html, safe) => {
    expect(safeSignature(html)).toBe(safe);
  });
});

describe('forwarding', () => {
  const jobs = async (uid: string): Promise<Body[]> =>
    askUntil(
      async () => (await api.post('/mailboxes/forwarding/jobs', { uids: [uid] })).body.jobs,
      (found: Body[]) => found.every(({ status }) => status === 'completed' || status === 'failed'),
    );
  const inboxOf = async (uid: string) =>
    api.database.db
      .selectFrom('mail.folder as f')
      .innerJoin('mail.message as m', 'm.folder_id', 'f.id')
      .select('m.uid')
      .where('f.mailbox_id', '=', uid)
      .where('f.name', '=', 'INBOX')
      .execute();
  const write = async (to: string) => {
    const at = await get(`show-credentials?email=four@${domain.name}`);
    await createTransport({
      host: at.smtp.connect_to,
      port: at.smtp.port,
      secure: true,
      auth: { user: at.email, pass: at.app_password },
      tls: { servername: at.smtp.host, ca: at.certificate },
    }).sendMail({ from: at.email, to, subject: 'x', text: 'x' });
  };

  test('is a job until the mail servers do it; a copy stays unless it is said otherwise; and it ends', async () => {
    const set = await api.post('/mailboxes/forwarding/setup', {
      uids: [mara.uid],
      forwarding_email: otto.email,
    });
    expect(set.body.jobs).toMatchObject([
      { uid: mara.uid, status: 'queued', forwarding_email: otto.email, keep_copy: true },
    ]);
    expect(await jobs(mara.uid)).toMatchObject([{ id: set.body.jobs[0].id, status: 'completed' }]);
    expect(await get(`details?uid=${mara.uid}`)).toMatchObject({ forwarding_email: otto.email });
    await write(mara.email);
    await askUntil(
      async () => [(await inboxOf(mara.uid)).length, (await inboxOf(otto.uid)).length],
      ([here, there]) => here === 1 && there === 1,
    );
    const update = { uid: mara.uid, forwarding_email: otto.email, keep_copy: false };
    await api.post('/mailboxes/forwarding/update', update);
    await jobs(mara.uid);
    await write(mara.email);
    await askUntil(
      async () => (await inboxOf(otto.uid)).length,
      (count) => count === 2,
    );
    expect(await inboxOf(mara.uid)).toHaveLength(1);
    await api.post('/mailboxes/forwarding/remove', { uids: [mara.uid] });
    expect((await jobs(mara.uid)).map(({ forwarding_email }) => forwarding_email)).toEqual([
      null,
      otto.email,
      otto.email,
    ]);
    await write(mara.email);
    await askUntil(
      async () => (await inboxOf(mara.uid)).length,
      (count) => count === 2,
    );
    expect(await inboxOf(otto.uid)).toHaveLength(2);
  });

  test('to itself, to what is no address, or of a mailbox that is unknown is refused, for all of them', async () => {
    const set = (body: object) => api.post('/mailboxes/forwarding/setup', body);
    const itself = await set({ uids: [otto.uid, mara.uid], forwarding_email: `mara+x@${domain.name}` });
    expect([itself.status, itself.body.code]).toEqual([400, 'forwarding_to_itself']);
    expect((await set({ uids: [otto.uid], forwarding_email: 'nobody' })).status).toBe(400);
    expect((await set({ uids: [otto.uid, newId()], forwarding_email: 'a@b.example' })).status).toBe(404);
    expect((await set({ forwarding_email: 'a@b.example' })).body.message).toBe('uids is required');
    expect((await get(`details?uid=${otto.uid}`)).forwarding_email).toBeNull();
  });
});

test('why something failed is told, and that it can be tried again', async () => {
  expect((await get(`failure-reason?uid=${mara.uid}`)).data).toMatchObject({
    reason: null,
    retry_available: false,
  });
  const change = {
    uid: newId(),
    mailbox_uid: mara.uid,
    workspace_uid: api.workspaceUid,
    kind: 'name',
    before: '{}',
    after: '{}',
    status: 'failed',
    reason: 'the host said no',
    requested_at: new Date(),
    finished_at: new Date(),
  };
  await api.database.db.insertInto('mailbox_change').values(change).execute();
  expect((await get(`${mara.uid}/failure-reason`)).data).toMatchObject({
    uid: mara.uid,
    status: 'active',
    reason: 'the host said no',
    failed_change: { change: 'name' },
    retry_available: true,
  });
});
