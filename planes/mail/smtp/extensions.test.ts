// Proves the extensions both ports announce: status codes, delivery reports, international addresses.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import {
  PASSWORD,
  publishDomain,
  publishForward,
  publishMailbox,
  startTestPlane,
  storedMessages,
  submissionClient,
  type TestPlane,
} from '../testing/plane.ts';
import { connectRawSmtp, type RawSmtp } from '../testing/raw-smtp.ts';

const SOON = { timeout: 30_000 };
const database = useTestDatabase();
let plane: TestPlane;
let bob: string;

beforeAll(async () => {
  plane = await startTestPlane(database);
  await publishDomain(plane, 'here.example');
  bob = await publishMailbox(plane.db, 'bob@here.example');
  await publishMailbox(plane.db, 'full@here.example', { quotaBytes: 10 });
  await publishDomain(plane, 'onward.example');
  await publishForward(plane.db, 'onward.example', 'catch_all', 'x@elsewhere.example');
  plane.dns.add('good.example', 'TXT', 'v=spf1 ip4:127.0.0.1 -all');
  plane.dns.add('forged.example', 'TXT', 'v=spf1 -all');
});
afterAll(() => plane.close());

const inbound = async (): Promise<RawSmtp> => {
  const client = await connectRawSmtp(plane.smtpPort);
  await client.send('EHLO client.example\r\n');
  return client;
};

/** Sends a message to each `RCPT TO` argument; gives the last reply. */
const deliver = async (mail: { from: string; args?: string; to: string[] }): Promise<string> => {
  const client = await inbound();
  expect(await client.send(`MAIL FROM:<${mail.from}>${mail.args ?? ''}\r\n`)).toMatch(/^250 /);
  for (const to of mail.to) expect(await client.send(`RCPT TO:${to}\r\n`)).toMatch(/^250 /);
  await client.send('DATA\r\n');
  const reply = await client.send(`From: ${mail.from}\r\nMessage-ID: <m@good.example>\r\n\r\nhi\r\n.\r\n`);
  client.close();
  return reply;
};

/** The reports in the queue for somebody. */
const reportsFor = (address: string) =>
  plane.db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select('m.raw')
    .where('r.address', '=', address)
    .where('m.sender', '=', '')
    .execute()
    .then((rows) => rows.map(({ raw }) => String(raw)));

describe('what a port announces', () => {
  it('holds the extensions it honours', async () => {
    const client = await connectRawSmtp(plane.smtpPort);
    const announced = await client.send('EHLO client.example\r\n');
    client.close();
    for (const extension of [
      'PIPELINING',
      '8BITMIME',
      'SMTPUTF8',
      'ENHANCEDSTATUSCODES',
      'DSN',
      'STARTTLS',
      'SIZE 26214400',
    ]) {
      expect(announced).toMatch(new RegExp(`^250[- ]${extension}$`, 'm'));
    }
  });

  it('has one status code in every reply, ours where we have one', async () => {
    const client = await inbound();
    const replies = [
      await client.send('MAIL FROM:<a@good.example> FOO=bar\r\n'),
      await client.send('MAIL FROM:<a@good.example> SIZE=10 BODY=8BITMIME RET=HDRS\r\n'),
      await client.send('RCPT TO:<bob@here.example> SIZE=10\r\n'),
      await client.send('RCPT TO:<"bob"@here.example> NOTIFY=NEVER\r\n'),
      await client.send('RCPT TO:<a@else.example>\r\n'),
      await client.send('RCPT TO:<nobody@here.example>\r\n'),
      await client.send('NONSENSE\r\n'),
      await client.send('RSET\r\n'),
    ];
    client.close();
    expect(replies.map((reply) => reply.replace(/^(\d{3} [\d.]+ ).*$/s, '$1'))).toEqual([
      '555 5.5.4 ',
      '250 2.1.0 ',
      '555 5.5.4 ',
      '250 2.1.5 ',
      '550 5.7.1 ',
      '550 5.1.1 ',
      '500 5.5.2 ',
      '250 2.0.0 ',
    ]);
    for (const reply of replies) expect(reply).not.toMatch(/\d\.\d\.\d .*\d\.\d\.\d/);
  });
});

describe('delivery reports', () => {
  it('tell of what is in a mailbox and of what is sent on, in the sender’s own words', async () => {
    const reply = await deliver({
      from: 'ok@good.example',
      args: ' RET=HDRS ENVID=A+2BB',
      to: [
        '<bob@here.example> NOTIFY=SUCCESS ORCPT=rfc822;Bob+2BNews@old.example',
        '<any@onward.example> NOTIFY=SUCCESS',
      ],
    });
    expect(reply).toMatch(/^250 2\.0\.0 /);
    const [report = '', ...more] = await reportsFor('ok@good.example');
    expect(more).toEqual([]);
    expect(report).toContain('Original-Envelope-Id: A+B\r\n');
    expect(report).toContain(
      'Original-Recipient: rfc822; Bob+News@old.example\r\nFinal-Recipient: rfc822; bob@here.example\r\nAction: delivered\r\n',
    );
    expect(report).toContain('Final-Recipient: rfc822; any@onward.example\r\nAction: relayed\r\n');
  });

  it('never go to a sender who may be somebody else, who would hear of mail that is not theirs', async () => {
    await deliver({ from: 'victim@forged.example', to: ['<bob@here.example> NOTIFY=SUCCESS'] });
    expect(await reportsFor('victim@forged.example')).toEqual([]);
  });

  it('of failure go only to those who want them', async () => {
    await deliver({
      from: 'quiet@good.example',
      to: ['<bob@here.example>', '<full@here.example> NOTIFY=NEVER'],
    });
    await deliver({ from: 'usual@good.example', to: ['<bob@here.example>', '<full@here.example>'] });
    expect(await reportsFor('quiet@good.example')).toEqual([]);
    const [report = ''] = await reportsFor('usual@good.example');
    expect(report).toContain(
      'Final-Recipient: rfc822; full@here.example\r\nAction: failed\r\nStatus: 5.2.2\r\n',
    );
  });

  it('are asked for through submission and arrive in the INBOX of the sender', async () => {
    const ann = await publishMailbox(plane.db, 'ann@here.example');
    await submissionClient(plane, 'ann@here.example').sendMail({
      from: 'ann@here.example',
      to: 'bob@here.example',
      text: 'hi',
      dsn: { id: 'my-id', return: 'headers', notify: 'success', recipient: 'bob@here.example' },
    });
    await vi.waitFor(async () => {
      const stored = await storedMessages(plane.db, ann);
      expect(stored.map(({ raw }) => raw).join()).toContain('Original-Envelope-Id: my-id\r\n');
      expect(stored.map(({ raw }) => raw).join()).toContain('Action: delivered\r\n');
    }, SOON);
  });

  it.each([
    { command: `MAIL FROM:<a@good.example> ENVID=${'x'.repeat(101)}`, why: 'ENVID is longer' },
    { command: 'MAIL FROM:<a@good.example> RET=SOME', why: 'RET' },
    { command: 'MAIL FROM:<a@good.example> ENVID=a+0D+0Ab', why: 'syntax' },
  ])('$command is refused', async ({ command, why }) => {
    const client = await inbound();
    expect(await client.send(`${command}\r\n`)).toMatch(new RegExp(`^501 5\\.\\d\\.\\d .*${why}`));
    client.close();
  });

  it.each(['NOTIFY=NEVER,SUCCESS', 'NOTIFY=SOMETIMES', 'ORCPT=nothing', `ORCPT=rfc822;${'x'.repeat(500)}`])(
    '%s is refused',
    async (argument) => {
      const client = await inbound();
      await client.send('MAIL FROM:<a@good.example>\r\n');
      expect(await client.send(`RCPT TO:<bob@here.example> ${argument}\r\n`)).toMatch(/^501 5\.5\.4 /);
      client.close();
    },
  );
});

describe('international addresses', () => {
  it('are taken with SMTPUTF8, header and all', async () => {
    const client = await inbound();
    await client.send('MAIL FROM:<büro@good.example> SMTPUTF8\r\n');
    expect(await client.send('RCPT TO:<bob@here.example>\r\n')).toMatch(/^250 /);
    await client.send('DATA\r\n');
    const content = 'From: Büro <büro@good.example>\r\nSubject: Grüße\r\n\r\nhi';
    expect(await client.send(`${content}\r\n.\r\n`)).toMatch(/^250 /);
    client.close();
    const stored = await storedMessages(plane.db, bob);
    expect(stored.at(-1)?.raw).toContain('with UTF8SMTP');
    expect(stored.at(-1)?.raw).toContain('Return-Path: <büro@good.example>\r\n');
  });

  it('are refused without it, with the code that says so', async () => {
    const client = await inbound();
    expect(await client.send('MAIL FROM:<büro@good.example>\r\n')).toMatch(/^553 5\.6\.7 /);
    await client.send('MAIL FROM:<a@good.example>\r\n');
    expect(await client.send('RCPT TO:<böb@here.example>\r\n')).toMatch(/^553 5\.6\.7 /);
    client.close();
  });

  it('leave domains free to come as A-labels without it', async () => {
    const client = await inbound();
    expect(await client.send('MAIL FROM:<a@xn--mller-kva.example>\r\n')).toMatch(/^250 /);
    client.close();
  });
});

it('a client that sends the password of an app signs in as with that of the login', async () => {
  await publishMailbox(plane.db, 'apps@here.example', { appPassword: 'app-secret' });
  for (const pass of ['app-secret', PASSWORD]) {
    await expect(submissionClient(plane, 'apps@here.example', { pass }).verify()).resolves.toBe(true);
  }
});
