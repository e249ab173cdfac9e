// Proves what submission takes and refuses, with nodemailer and with a client that sends raw octets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import {
  HOSTNAME,
  PASSWORD,
  publishDomain,
  publishMailbox,
  startTestPlane,
  submissionClient,
  type TestPlane,
} from '../testing/plane.ts';
import { connectRawSmtp, type RawSmtp } from '../testing/raw-smtp.ts';

const database = useTestDatabase();
let plane: TestPlane;
const ANN = 'ann@sender.example';

beforeAll(async () => {
  plane = await startTestPlane(database);
  await publishDomain(plane, 'sender.example');
  await publishMailbox(plane.db, ANN, { appPassword: 'app-secret' });
  await publishMailbox(plane.db, 'eve@sender.example');
  await publishMailbox(plane.db, 'gone@sender.example', { status: 'suspended' });
});
afterAll(() => plane.close());

/** The queued message for a recipient nobody else uses. */
const queued = async (address: string) =>
  plane.db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select(['m.id', 'm.sender', 'm.raw', 'm.mailbox_id'])
    .where('r.address', '=', address)
    .executeTakeFirst()
    .then((row) => row && { ...row, text: String(row.raw) });

const plain = (user: string, pass: string) => Buffer.from(`\0${user}\0${pass}`).toString('base64');

/** A raw session over TLS that is signed in. */
const signedIn = async (user = ANN): Promise<RawSmtp> => {
  const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
  await client.send('EHLO client.example\r\n');
  expect(await client.send(`AUTH PLAIN ${plain(user, PASSWORD)}\r\n`)).toMatch(/^235 /);
  return client;
};

/** Sends one message over a raw session; gives the last reply. */
const submit = async (content: string, options: { from?: string; to?: string; args?: string } = {}) => {
  const { from = ANN, to = 'x@elsewhere.example', args = '' } = options;
  const client = await signedIn();
  let reply = await client.send(`MAIL FROM:<${from}>${args}\r\n`);
  if (reply.startsWith('250')) reply = await client.send(`RCPT TO:<${to}>\r\n`);
  if (reply.startsWith('250')) reply = await client.send('DATA\r\n');
  if (reply.startsWith('354')) reply = await client.send(`${content}\r\n.\r\n`);
  client.close();
  return reply;
};

describe('signing in', () => {
  it('works over STARTTLS and over implicit TLS, with AUTH PLAIN and LOGIN, by password and app password', async () => {
    for (const [implicitTls, pass, authMethod] of [
      [false, PASSWORD, 'PLAIN'],
      [true, PASSWORD, 'LOGIN'],
      [false, 'app-secret', 'LOGIN'],
    ] as const) {
      const client = submissionClient(plane, 'Ann@Sender.Example', { implicitTls, pass, authMethod });
      expect(await client.verify()).toBe(true);
    }
  });

  it('is neither offered nor possible before TLS, and no mail is taken without it', async () => {
    const client = await connectRawSmtp(plane.submissionPort);
    const greeting = await client.send('EHLO client.example\r\n');
    expect(greeting).toMatch(/STARTTLS/);
    expect(greeting).not.toMatch(/AUTH/);
    expect(await client.send(`AUTH PLAIN ${plain(ANN, PASSWORD)}\r\n`)).toMatch(/^5\d\d /);
    expect(await client.send(`MAIL FROM:<${ANN}>\r\n`)).toMatch(/^530 5\.7\.0 Must issue a STARTTLS/);
    expect(await client.send('STARTTLS\r\n')).toMatch(/^220 /);
    await client.upgrade();
    expect(await client.send('EHLO client.example\r\n')).toMatch(/AUTH PLAIN LOGIN/);
    expect(await client.send(`MAIL FROM:<${ANN}>\r\n`)).toMatch(/^530 5\.7\.0 /);
    expect(await client.send(`AUTH PLAIN ${plain(ANN, PASSWORD)}\r\n`)).toMatch(/^235 /);
    expect(await client.send(`MAIL FROM:<${ANN}>\r\n`)).toMatch(/^250 /);
    client.close();
  });

  it.each([
    ['a wrong password', ANN, 'wrong'],
    ['an unknown address', 'nobody@sender.example', PASSWORD],
    ['a suspended mailbox', 'gone@sender.example', PASSWORD],
    ['no password', ANN, ''],
  ])('fails with 535 5.7.8 for %s', async (_case, user, pass) => {
    const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
    await client.send('EHLO client.example\r\n');
    expect(await client.send(`AUTH PLAIN ${plain(user, pass)}\r\n`)).toMatch(/^535 5\.7\.8 /);
    client.close();
  });

  it('does not let one mailbox act for another (RFC 4616 §2)', async () => {
    const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
    await client.send('EHLO client.example\r\n');
    const token = Buffer.from(`eve@sender.example\0${ANN}\0${PASSWORD}`).toString('base64');
    expect(await client.send(`AUTH PLAIN ${token}\r\n`)).toMatch(/^535 /);
    client.close();
  });
});

describe('the sender', () => {
  it.each(['eve@sender.example', 'ann@other.example', 'root@localhost'])(
    'may not be %s in the envelope: 553 5.7.1',
    async (from) => {
      expect(await submit(`From: ${ANN}\r\n\r\nhi`, { from })).toMatch(/^553 5\.7\.1 /);
    },
  );

  it.each([
    ['another address', 'From: eve@sender.example', /^553 5\.7\.1 From /],
    ['another domain', 'From: "Ann <ann@sender.example>" <ceo@bank.example>', /^553 5\.7\.1 From /],
    ['two addresses', 'From: ann@sender.example, ceo@bank.example', /^553 5\.7\.1 From /],
    ['two From fields', 'From: ann@sender.example\r\nFrom: ceo@bank.example', /^550 5\.6\.0 /],
    ['no From field', 'Subject: x', /^550 5\.6\.0 /],
    ['a foreign Sender', 'From: ann@sender.example\r\nSender: ceo@bank.example', /^553 5\.7\.1 Sender /],
    [
      'a From hidden behind a fold',
      'From: ann@sender.example\r\nFrom\r\n : ceo@bank.example',
      /^550 5\.6\.0 /,
    ],
    ['a line that is no field', 'From: ann@sender.example\r\nnonsense', /^550 5\.6\.0 /],
  ])('may not be %s in the header', async (_case, header, refusal) => {
    expect(await submit(`${header}\r\n\r\nhi`)).toMatch(refusal);
  });

  it('may be a sub-address, and the null path for automatic answers', async () => {
    const header = 'From: Ann <ann+news@sender.example>\r\n\r\nhi';
    expect(await submit(header, { from: 'ann+bounce@sender.example' })).toMatch(/^250 /);
    expect(await submit(header, { from: '', to: 'null-path@elsewhere.example' })).toMatch(/^250 /);
    expect((await queued('null-path@elsewhere.example'))?.sender).toBe('');
  });
});

describe('an accepted message', () => {
  it('is in the queue on disk before the client is told so, one row per recipient', async () => {
    const info = await submissionClient(plane, ANN).sendMail({
      from: ANN,
      to: ['One@elsewhere.example', 'two@bücher.example'],
      text: 'hi',
    });
    const id = /Queued as (\S+)/.exec(info.response)?.[1];
    const rows = await plane.db
      .selectFrom('mail.queue_recipient')
      .select(['address', 'domain'])
      .where('message_id', '=', String(id))
      .orderBy('address')
      .execute();
    expect(rows).toEqual([
      { address: 'One@elsewhere.example', domain: 'elsewhere.example' },
      { address: 'two@xn--bcher-kva.example', domain: 'xn--bcher-kva.example' },
    ]);
  });

  it('gets Date and Message-ID when it has none, a trace field, and loses Bcc and Return-Path', async () => {
    const to = 'completed@elsewhere.example';
    await submit(`Bcc: secret@elsewhere.example\r\nReturn-Path: <x@y>\r\nFrom: ${ANN}\r\n\r\nhi`, { to });
    const { text = '', id } = (await queued(to)) ?? {};
    expect(text).toMatch(/\r\nDate: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} \+0000\r\n/);
    expect(text).toMatch(/\r\nMessage-ID: <[0-9a-f-]{36}@sender\.example>\r\n/);
    expect(text).not.toMatch(/secret|Return-Path/);
    expect(text).toMatch(
      new RegExp(
        `^Received: from client\\.example \\(\\[127\\.0\\.0\\.1\\]\\)\\r\\n by ${HOSTNAME} with ESMTPSA ` +
          `\\(TLSv1\\.3 TLS_\\w+\\)\\r\\n id ${id}\\r\\n for <${to}>;\\r\\n`,
      ),
    );
  });

  it('keeps the Date and Message-ID it has, and names no recipient in the trace when there are several', async () => {
    const info = await submissionClient(plane, ANN).sendMail({
      envelope: { from: ANN, to: ['several-1@elsewhere.example', 'several-2@elsewhere.example'] },
      raw: `From: ${ANN}\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <mine@sender.example>\r\n\r\nhi`,
    });
    expect(info.accepted).toHaveLength(2);
    const { text = '' } = (await queued('several-1@elsewhere.example')) ?? {};
    expect(text.match(/^(Date|Message-ID): .*$/gm)).toEqual([
      'Date: Thu, 01 Jan 2026 00:00:00 +0000',
      'Message-ID: <mine@sender.example>',
    ]);
    expect(text).not.toContain('several-');
  });

  it('keeps every octet of its body, dots and 8-bit text included', async () => {
    const to = 'octets@elsewhere.example';
    await submit(`From: ${ANN}\r\n\r\n..stuffed\r\n...two\r\nGrüße\r\n..`, { to, args: ' BODY=8BITMIME' });
    expect((await queued(to))?.text.split('\r\n\r\n')[1]).toBe('.stuffed\r\n..two\r\nGrüße\r\n.\r\n');
  });

  it('may have addresses and headers outside of ASCII (SMTPUTF8)', async () => {
    await publishMailbox(plane.db, 'jörg@sender.example');
    const client = await signedIn('jörg@sender.example');
    expect(await client.send('MAIL FROM:<Jörg@sender.example> SMTPUTF8 BODY=8BITMIME\r\n')).toMatch(/^250 /);
    expect(await client.send('RCPT TO:<välkommen@bücher.example>\r\n')).toMatch(/^250 /);
    await client.send('DATA\r\n');
    const content = 'From: Jörg <jörg@sender.example>\r\nSubject: Grüße\r\n\r\nhi\r\n.\r\n';
    expect(await client.send(content)).toMatch(/^250 /);
    client.close();
    const message = await queued('välkommen@xn--bcher-kva.example');
    expect(message?.sender).toBe('Jörg@sender.example');
    expect(message?.text).toContain('with UTF8SMTPSA');
  });
});

describe('limits', () => {
  it('refuses a message over 25 MB by its announced and by its real size, and the connection stays usable', async () => {
    const client = await signedIn();
    expect(await client.send('EHLO again.example\r\n')).toMatch(/SIZE 26214400/);
    expect(await client.send(`MAIL FROM:<${ANN}> SIZE=26214401\r\n`)).toMatch(/^552 /);
    await client.send(`MAIL FROM:<${ANN}>\r\n`);
    await client.send('RCPT TO:<big@elsewhere.example>\r\n');
    await client.send('DATA\r\n');
    const line = `${'x'.repeat(998)}\r\n`;
    const content = Buffer.from(`From: ${ANN}\r\n\r\n${line.repeat(26_300)}.\r\n`);
    expect(await client.send(content)).toMatch(/^552 5\.3\.4 /);
    expect(await client.send('NOOP\r\n')).toMatch(/^250 /);
    client.close();
    expect(await queued('big@elsewhere.example')).toBeUndefined();
  });

  it('takes 100 recipients and answers 452 4.5.3 to the next', async () => {
    const client = await signedIn();
    await client.send(`MAIL FROM:<${ANN}>\r\n`);
    for (let n = 1; n <= 100; n += 1) {
      expect(await client.send(`RCPT TO:<r${n}@elsewhere.example>\r\n`)).toMatch(/^250 /);
    }
    expect(await client.send('RCPT TO:<r101@elsewhere.example>\r\n')).toMatch(/^452 4\.5\.3 /);
    client.close();
  });

  it('counts recipients per day and refuses the rest with 452 4.7.1, counting nothing for what it refused', async () => {
    await publishMailbox(plane.db, 'limited@sender.example', { dailySendLimit: 3 });
    const client = submissionClient(plane, 'limited@sender.example');
    const send = (to: string[]) => client.sendMail({ from: 'limited@sender.example', to, text: 'hi' });
    await send(['l1@elsewhere.example', 'l2@elsewhere.example']);
    await expect(send(['l3@elsewhere.example', 'l4@elsewhere.example'])).rejects.toMatchObject({
      response: expect.stringMatching(
        /^452 4\.7\.1 This mailbox may send to 3 recipients per day, try again after .* 00:00:00 \+0000$/,
      ),
    });
    await send(['l5@elsewhere.example']);
    await expect(send(['l6@elsewhere.example'])).rejects.toMatchObject({ responseCode: 452 });
    expect(await queued('l3@elsewhere.example')).toBeUndefined();
  });

  it('holds when many messages race for the last place', async () => {
    const id = await publishMailbox(plane.db, 'racing@sender.example', { dailySendLimit: 5 });
    const client = submissionClient(plane, 'racing@sender.example');
    const sent = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        client.sendMail({ from: 'racing@sender.example', to: `race${n}@elsewhere.example`, text: 'hi' }),
      ),
    );
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const { count } = await plane.db
      .selectFrom('mail.queue_message')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('mailbox_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(count).toBe(5);
  });

  it('stops a session whose mailbox was suspended after it signed in', async () => {
    const id = await publishMailbox(plane.db, 'fired@sender.example');
    const client = await signedIn('fired@sender.example');
    await plane.db
      .updateTable('published.mailbox')
      .set({ status: 'suspended' })
      .where('id', '=', id)
      .execute();
    await client.send('MAIL FROM:<fired@sender.example>\r\n');
    await client.send('RCPT TO:<x@elsewhere.example>\r\n');
    await client.send('DATA\r\n');
    expect(await client.send('From: fired@sender.example\r\n\r\nhi\r\n.\r\n')).toMatch(/^550 5\.7\.1 /);
    client.close();
  });

  it('ends a connection after five wrong passwords', async () => {
    await publishMailbox(plane.db, 'guessed@sender.example');
    const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
    await client.send('EHLO client.example\r\n');
    const replies: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      replies.push(
        (await client.send(`AUTH PLAIN ${plain('guessed@sender.example', `w${n}`)}\r\n`)).slice(0, 3),
      );
    }
    expect(replies).toEqual(['535', '535', '535', '535', '421']);
    expect(await client.reply()).toBe('closed');
  });
});

describe('smuggling and injection', () => {
  it.each([
    ['LF . CRLF', '\n.\r\n'],
    ['LF . LF', '\n.\n'],
    ['CRLF . LF', '\r\n.\n'],
    ['CR . CR', '\r.\r'],
    ['CRLF . CR', '\r\n.\r'],
    ['CR . CRLF', '\r.\r\n'],
  ])(
    '%s does not end a message, and the message that holds it is refused (RFC 5321 §2.3.8)',
    async (_name, fake) => {
      const to = `smuggled-${Buffer.from(fake).toString('hex')}@elsewhere.example`;
      const hidden = `MAIL FROM:<${ANN}>\r\nRCPT TO:<${to}>\r\nDATA\r\nFrom: ceo@bank.example\r\n\r\nhidden`;
      const client = await signedIn();
      await client.send(`MAIL FROM:<${ANN}>\r\n`);
      await client.send('RCPT TO:<outer@elsewhere.example>\r\n');
      await client.send('DATA\r\n');
      expect(await client.send(`From: ${ANN}\r\n\r\nouter${fake}${hidden}\r\n.\r\n`)).toMatch(
        /^550 5\.6\.11 /,
      );
      // Were there a second message, its replies would stand between these two.
      expect(await client.send('NOOP\r\n')).toMatch(/^250 2\.0\.0 OK/);
      client.close();
      expect(await queued(to)).toBeUndefined();
    },
  );

  it.each([
    'RCPT TO:<a@elsewhere.example>\u0085x',
    'RCPT TO:<a\r@elsewhere.example>',
    'RCPT TO:<a@elsewhere.example> NOTIFY=NEVER+0D+0AX-Evil:+20yes',
    'RCPT TO:<a b@elsewhere.example>',
    'RCPT TO:<<a@elsewhere.example>>',
  ])('%j is refused as a recipient', async (command) => {
    const client = await signedIn();
    await client.send(`MAIL FROM:<${ANN}>\r\n`);
    expect(await client.send(`${command}\r\n`)).toMatch(/^5\d\d /);
    client.close();
  });

  it('does not repeat a hostile HELO in the trace field', async () => {
    const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
    await client.send('EHLO evil);Bcc:x@y\r\n');
    await client.send(`AUTH PLAIN ${plain(ANN, PASSWORD)}\r\n`);
    await client.send(`MAIL FROM:<${ANN}>\r\n`);
    await client.send('RCPT TO:<helo@elsewhere.example>\r\n');
    await client.send('DATA\r\n');
    await client.send(`From: ${ANN}\r\n\r\nhi\r\n.\r\n`);
    client.close();
    expect((await queued('helo@elsewhere.example'))?.text).toMatch(/^Received: from unknown \(\[127/);
  });

  it('throws away what was sent in the clear behind STARTTLS', async () => {
    const client = await connectRawSmtp(plane.submissionPort);
    await client.send('EHLO client.example\r\n');
    expect(await client.send('STARTTLS\r\nEHLO injected.example\r\n')).toMatch(/^220 /);
    await client.upgrade();
    expect(await client.send('NOOP\r\n')).toMatch(/^250 2\.0\.0 OK/);
    client.close();
  });
});
