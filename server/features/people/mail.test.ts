// Links that are mailed: to whom, through a server that may refuse, and never in the clear on the way there.
import { afterAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../../database/secret-box.ts';
import { freshEmail, joinTeam, openBrowser, PASSWORD, signIn, tokenOf } from '../../testing/browser.ts';
import { askUntil } from '../../testing/follow.ts';
import { startRemoteHost } from '../../testing/mail-host.ts';
import { useInstallation } from '../../testing/test-installation.ts';

const host = await startRemoteHost();
afterAll(() => host.close());
const api = useInstallation({
  INBOXKIT_ROLES: 'api,worker',
  INBOXKIT_SECRET_KEY: generateKey(),
  INBOXKIT_SYSTEM_MAIL_URL: `smtp://127.0.0.1:${host.port}`,
  INBOXKIT_SYSTEM_MAIL_FROM: 'kit@northpeak.example',
});

const mailTo = (email: string) =>
  askUntil(
    async () => host.taken.filter(({ to }) => to.includes(email)),
    (taken) => taken.length > 0,
  );

const linkIn = (content: string): string =>
  // Quoted-printable (RFC 2045 §6.7) breaks long lines.
  /http:\S+#[\w-]{43}/.exec(content.replaceAll('=\r\n', ''))![0];

const waiting = () => api.installation.storage.db.selectFrom('person_mail').selectAll().execute();

const invited = async (): Promise<{ email: string }> => {
  const email = freshEmail();
  await api.post('/people/invite', { email, role: 'viewer' });
  return { email };
};

/** Without mail, so that its address has got none. */
const member = (role: string) => joinTeam(api, role, { send_mail: false });

describe('an invitation', () => {
  test('is mailed over TLS, and its link is then in no answer', async () => {
    const email = freshEmail();
    const { body } = await api.post('/people/invite', { email, role: 'finance' });
    expect([body.link, body.mailed]).toEqual([null, true]);
    const [taken] = await mailTo(email);
    expect(taken).toMatchObject({ from: 'kit@northpeak.example', secure: true });
    expect(taken!.content).toContain('Auto-Submitted: auto-generated');
    expect(taken!.content).toContain('Subject: Join My team on InboxKit');
    const token = tokenOf(linkIn(taken!.content));
    const joined = await openBrowser(api).post('/people/accept', { token, name: 'Mara', password: PASSWORD });
    expect(joined.body.person).toMatchObject({ email, role: 'finance' });
  });

  test('is not mailed where that was not wanted', async () => {
    const email = freshEmail();
    const { body } = await api.post('/people/invite', { email, role: 'viewer', send_mail: false });
    expect([body.link.includes('/join#'), body.mailed]).toEqual([true, false]);
    await mailTo((await invited()).email);
    expect(host.taken.filter(({ to }) => to.includes(email))).toEqual([]);
  });

  test('that the server does not take waits sealed, and is sent when it does', async () => {
    host.refuse('data', '451 4.3.0 Not now');
    const { email } = await invited();
    const [row] = await askUntil(waiting, (rows) => rows.length === 1 && rows[0]!.attempts > 0);
    expect(row!.message_sealed).not.toContain(email);
    expect(host.taken.filter(({ to }) => to.includes(email))).toEqual([]);
    host.refuse('data', null);
    await api.installation.storage.db.updateTable('person_mail').set({ due_at: new Date() }).execute();
    const [taken] = await mailTo(email);
    const link = await openBrowser(api).post('/people/link', { token: tokenOf(linkIn(taken!.content)) });
    expect(link.body).toMatchObject({ kind: 'invitation', email });
    await askUntil(waiting, (rows) => rows.length === 0);
  });
});

describe('another address', () => {
  const ask = async () => {
    const { uid, email, browser } = await member('operator');
    const next = freshEmail();
    const asked = await browser.post('/people/email', { email: next, password: PASSWORD });
    expect([asked.status, asked.body.email], JSON.stringify(asked.body)).toEqual([202, next]);
    return { uid, email, next, browser };
  };
  const confirm = (token: string) => openBrowser(api).post('/people/confirm-email', { token });

  test('is signed in with once its mailbox confirmed it, and the old one is told', async () => {
    const { uid, email, next, browser } = await ask();
    expect((await signIn(openBrowser(api), next)).status).toBe(401);
    const token = tokenOf(linkIn((await mailTo(next))[0]!.content));
    const shown = await openBrowser(api).post('/people/link', { token });
    expect(shown.body).toMatchObject({ kind: 'address', email: next, role: null });
    expect((await openBrowser(api).post('/people/accept', { token, password: PASSWORD })).status).toBe(404);
    expect((await confirm(token)).body.email).toBe(next);
    expect((await confirm(token)).body.code).toBe('link_not_valid');
    expect((await signIn(openBrowser(api), email)).status).toBe(401);
    expect((await signIn(openBrowser(api), next)).status).toBe(201);
    expect((await browser.get('/account')).status).toBe(200);
    const [notice] = await mailTo(email);
    expect(notice!.content.replaceAll('=\r\n', '')).toContain(next);
    const told = await api.installation.storage.db
      .selectFrom('event')
      .select('data')
      .where('subject_uid', '=', uid)
      .where('type', '=', 'person.address_changed')
      .execute();
    expect(told.map(({ data }) => data)).toEqual([{ email: next, before: email, after: next }]);
  });

  test('that somebody has is answered the same, and only its owner learns of it', async () => {
    const { email: taken } = await member('viewer');
    const { browser, email } = await member('viewer');
    const asked = await browser.post('/people/email', { email: taken, password: PASSWORD });
    expect([asked.status, asked.body.email]).toEqual([202, taken]);
    expect((await mailTo(taken))[0]!.content).not.toContain('/confirm#');
    expect((await signIn(openBrowser(api), email)).status).toBe(201);
  });

  test('takes the password, and is the last one that was asked for', async () => {
    const { next, browser } = await ask();
    const wrong = await browser.post('/people/email', {
      email: freshEmail(),
      password: 'not this one at all',
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'sign_in_refused']);
    const first = tokenOf(linkIn((await mailTo(next))[0]!.content));
    await browser.post('/people/email', { email: freshEmail(), password: PASSWORD });
    expect((await confirm(first)).body.code).toBe('link_not_valid');
  });
});

describe('a forgotten password', () => {
  test('is answered the same for everybody, and mailed to who has the address', async () => {
    const { email } = await member('viewer');
    const nobody = freshEmail();
    const visitor = openBrowser(api);
    const [known, unknown] = [
      await visitor.post('/people/forgot-password', { email }),
      await visitor.post('/people/forgot-password', { email: nobody }),
    ];
    expect([known.status, known.body]).toEqual([202, unknown.body]);
    const [taken] = await mailTo(email);
    expect(host.taken.filter(({ to }) => to.includes(nobody))).toEqual([]);
    const token = tokenOf(linkIn(taken!.content));
    const password = 'an entirely new one';
    expect((await visitor.post('/people/reset-password', { token, password })).status).toBe(200);
    expect((await signIn(visitor, email, { password })).status).toBe(201);
  });

  test('cannot be asked for so often that a mailbox fills', async () => {
    const email = freshEmail();
    const statuses: number[] = [];
    for (let asked = 0; asked < 8; asked += 1) {
      statuses.push((await openBrowser(api).post('/people/forgot-password', { email })).status);
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(statuses.slice(0, 5)).toEqual([202, 202, 202, 202, 202]);
  });
});
