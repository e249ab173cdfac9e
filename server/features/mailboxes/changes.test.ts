// Changing mailboxes through HTTP: what the API shows, what the mail servers let in, and two who change at once.
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { beforeAll, describe, expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { askUntil } from '../../testing/follow.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
let domain: { uid: string; name: string };

beforeAll(async () => {
  domain = await activeDomain(api);
});

let made = 0;
const newMailbox = async () => (await activeMailboxes(api, domain.name, [`box${++made}`]))[0]!;
const details = async (uid: string): Promise<Body> => (await api.get(`/mailboxes/details?uid=${uid}`)).body;
const settled = (uid: string): Promise<Body> =>
  askUntil(
    () => details(uid),
    (box) => ['completed', 'failed', 'na'].includes(box.mailbox_update_status),
  );
const shown = async (uid: string): Promise<Body> =>
  (await api.get(`/mailboxes/show-credentials?uid=${uid}`)).body;
const events = async (uid: string, type: string): Promise<Body[]> => {
  const rows = await api.database.db
    .selectFrom('event')
    .select('data')
    .where('subject_uid', '=', uid)
    .where('type', '=', type)
    .execute();
  return rows.map(({ data }) => data);
};

const imap = (at: Body, user: string, pass: string) => {
  const client = new ImapFlow({
    host: at.imap.connect_to,
    port: at.imap.port,
    secure: true,
    servername: at.imap.host,
    auth: { user, pass },
    tls: { ca: at.certificate },
    logger: false,
  });
  client.on('error', () => {});
  return client;
};
const signsIn = async (at: Body, user: string, pass: string): Promise<boolean> => {
  const client = imap(at, user, pass);
  try {
    await client.connect();
    await client.logout();
    return true;
  } catch {
    return false;
  }
};
const sendAs = (at: Body, user: string, pass: string, from: string, to: string) =>
  createTransport({
    host: at.smtp.connect_to,
    port: at.smtp.port,
    secure: at.smtp.security === 'tls',
    auth: { user, pass },
    tls: { servername: at.smtp.host, ca: at.certificate },
  }).sendMail({ from, to, subject: 'x', text: 'x' });

describe('a new password', () => {
  test('is shown and good at once, and what was good before is not, nor are sessions that are open with it', async () => {
    const { uid, email } = await newMailbox();
    const before = await shown(uid);
    const open = imap(before, email, before.password);
    await open.connect();
    const ended = new Promise((resolve) => open.once('close', () => resolve('ended')));
    const { status, body } = await api.post(`/mailboxes/${uid}/password`, {
      new_password: 'Quite-good-Word-7',
    });
    expect([status, body.message]).toEqual([200, 'Password change scheduled']);
    expect(JSON.stringify(body)).not.toContain('Quite-good');
    const after = await shown(uid);
    expect(after.password).toBe('Quite-good-Word-7');
    expect(after.app_password).not.toBe(before.app_password);
    const good = [before.password, before.app_password, after.password, after.app_password];
    expect(await Promise.all(good.map((pass) => signsIn(after, email, pass)))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(await ended).toBe('ended');
    expect(await details(uid)).toMatchObject({ mailbox_update_status: 'completed', status: 'active' });
    expect(await events(uid, 'mailbox.password_changed')).toHaveLength(1);
    expect(JSON.stringify(await events(uid, 'mailbox.change_requested'))).not.toContain('Quite-good');
  });

  test('is made up when none is sent', async () => {
    const { uid, email } = await newMailbox();
    const before = await shown(uid);
    await api.post('/mailboxes/password', { uid });
    const after = await shown(uid);
    expect(after.password).not.toBe(before.password);
    expect(await signsIn(after, email, after.password)).toBe(true);
  });

  test.each([
    ['short', 'Ab3-efgh'],
    ['of one kind', 'abcdefghijklmnop'],
    ['the same few characters', 'Aa1Aa1Aa1Aa1Aa1'],
    ['with the name', 'Voss-is-my-name-9'],
    ['with a space', 'Quite good Word 7'],
    ['not ASCII', 'Größe-und-Länge-7'],
  ])('that is %s is refused', async (_title, new_password) => {
    const [{ uid }] = (await api.post('/mailboxes/list', { limit: 1 })).body.mailboxes;
    const before = await shown(uid);
    const { status, body } = await api.post(`/mailboxes/${uid}/password`, { new_password });
    expect([status, body.code]).toEqual([400, 'weak_password']);
    expect((await shown(uid)).password).toBe(before.password);
  });
});

describe('a new username', () => {
  test('is signed in with and sent from, and so is the old one for a time, whose mail arrives', async () => {
    const { uid, email } = await newMailbox();
    const [other] = await activeMailboxes(api, domain.name, ['writer']);
    const renamed = `renamed@${domain.name}`;
    const { status, body } = await api.post(`/mailboxes/${uid}/username`, { new_username: 'Renamed' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ message: 'Username change scheduled', previous_email: email });
    const at = await shown(uid);
    expect(at.email).toBe(renamed);
    for (const user of [renamed, email]) {
      expect(await signsIn(at, user, at.password), user).toBe(true);
      await sendAs(at, user, at.password, user, other!.email);
    }
    const writer = await shown(other!.uid);
    for (const to of [renamed, email]) await sendAs(writer, other!.email, writer.password, other!.email, to);
    await expect(sendAs(writer, other!.email, writer.password, email, renamed)).rejects.toThrow(/553/);
    const client = imap(at, renamed, at.password);
    await client.connect();
    const inbox = () => client.status('INBOX', { messages: true });
    await askUntil(inbox, ({ messages }: Body) => messages === 2);
    await client.logout();
    const [told] = await events(uid, 'mailbox.username_changed');
    expect(told).toMatchObject({ email: renamed, previous_email: email, username: 'renamed' });
    expect(new Date(told.previous_email_until).getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);

    const buyOld = await api.post('/mailboxes/buy', {
      mailboxes: [
        {
          username: email.split('@')[0],
          domain_name: domain.name,
          first_name: 'A',
          last_name: 'B',
          platform: 'GOOGLE',
        },
      ],
    });
    expect([buyOld.status, buyOld.body.code]).toEqual([409, 'mailbox_exists']);
    const back = await api.post('/mailboxes/username', { uid, new_username: email.split('@')[0] });
    expect(back.status, JSON.stringify(back.body)).toBe(200);
    expect((await shown(uid)).email).toBe(email);
  });

  test('that is taken, reserved or none is refused, and one the mailbox has changes nothing', async () => {
    const [one, two] = [await newMailbox(), await newMailbox()];
    const rename = (new_username: string) => api.post(`/mailboxes/${one.uid}/username`, { new_username });
    const answers = await Promise.all(
      [two.email.split('@')[0]!, 'postmaster', 'two words', 'a@b'].map(rename),
    );
    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      '409 mailbox_exists',
      '400 invalid_username',
      '400 invalid_username',
      '400 invalid_username',
    ]);
    const same = await rename(one.email.split('@')[0]!);
    expect([same.status, same.body.previous_email_until]).toEqual([200, null]);
    expect((await details(one.uid)).mailbox_update_status).toBe('na');
  });

  test('that two want at once is one’s, whoever wants it: by renaming or by buying', async () => {
    const [one, two] = [await newMailbox(), await newMailbox()];
    const wanted = `wanted${made}`;
    const answers = await Promise.all([
      api.post(`/mailboxes/${one.uid}/username`, { new_username: wanted }),
      api.post(`/mailboxes/${two.uid}/username`, { new_username: wanted }),
      api.post('/mailboxes/buy', {
        mailboxes: [
          { username: wanted, domain_name: domain.name, first_name: 'A', last_name: 'B', platform: 'GOOGLE' },
        ],
      }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    const { body } = await api.post('/mailboxes/list', { keyword: `${wanted}@${domain.name}` });
    expect(body.total).toBe(1);
  });

  test('two for one mailbox at once, and a new password at that moment, end in one truth', async () => {
    const { uid } = await newMailbox();
    const before = await shown(uid);
    const answers = await Promise.all([
      api.post(`/mailboxes/${uid}/username`, { new_username: `this${made}` }),
      api.post(`/mailboxes/${uid}/username`, { new_username: `that${made}` }),
      api.post(`/mailboxes/${uid}/password`, {}),
    ]);
    for (const { status, body } of answers) expect([200, 409], JSON.stringify(body)).toContain(status);
    await settled(uid);
    const at = await shown(uid);
    expect(at.password).not.toBe(before.password);
    expect(await signsIn(at, at.email, at.password)).toBe(true);
    const hosted = await api.installation.context.providers.mailboxHost('GOOGLE').findMailbox({ id: uid });
    expect(hosted?.address).toBe(at.email);
  });
});

describe('mailboxes/update', () => {
  test('shows the new name at once and says when the host has it; both spellings of the username, on both paths', async () => {
    const { uid } = await newMailbox();
    const first = await api.post('/mailboxes/update', {
      uid,
      first_name: 'Zoë',
      last_name: '李',
      user_name: `z${made}`,
    });
    expect(first.body).toMatchObject({
      message: 'Mailbox update scheduled',
      mailbox: {
        uid,
        first_name: 'Zoë',
        last_name: '李',
        username: `z${made}`,
        mailbox_update_status: 'queued',
      },
    });
    expect(await settled(uid)).toMatchObject({ mailbox_update_status: 'completed' });
    const host = api.installation.context.providers.mailboxHost('GOOGLE');
    expect(await host.findMailbox({ id: uid })).toMatchObject({
      displayName: 'Zoë 李',
      address: `z${made}@${domain.name}`,
    });
    const second = await api.post(`/mailboxes/${uid}/update`, { username: `y${made}` });
    expect(second.body.mailbox).toMatchObject({ first_name: 'Zoë', username: `y${made}` });
    await settled(uid);
  });

  test('of somebody else’s mailbox is not found, of one that is just being made is not possible', async () => {
    const { uid } = await newMailbox();
    const other = await addTeam(api.installation, 10);
    const options = { key: other.key, workspace: other.workspaceUid };
    for (const path of ['username', 'password', 'update']) {
      const body = path === 'username' ? { new_username: 'x' } : path === 'update' ? { first_name: 'X' } : {};
      expect((await api.post(`/mailboxes/${uid}/${path}`, body, options)).status).toBe(404);
    }
    await api.database.db
      .updateTable('mailbox')
      .set({ status: 'finalizing_setup' })
      .where('uid', '=', uid)
      .execute();
    const { status, body } = await api.post('/mailboxes/update', { uid, first_name: 'X' });
    expect([status, body.code]).toEqual([409, 'mailbox_not_changeable']);
  });
});
