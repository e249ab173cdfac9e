// Proves that no input of any kind takes a port down, stores what was not accepted, or makes somebody else's mail.
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import {
  PASSWORD,
  publishDomain,
  publishMailbox,
  startTestPlane,
  storedMessages,
  type TestPlane,
} from '../testing/plane.ts';
import { connectRawSmtp, transact } from '../testing/raw-smtp.ts';

const database = useTestDatabase();
let plane: TestPlane;
let bob: string;

beforeAll(async () => {
  plane = await startTestPlane(database);
  await publishDomain(plane, 'here.example');
  bob = await publishMailbox(plane.db, 'bob@here.example');
  await publishMailbox(plane.db, 'ann@here.example');
});
afterAll(() => plane.close());

const credentials = Buffer.from(`\0ann@here.example\0${PASSWORD}`).toString('base64');
const FROM = 'From: ann@here.example\r\n\r\n';

/** Lines that mean something, in any order and number, so that every state is met. */
const lines = [
  'EHLO x\r\n',
  'HELO x\r\n',
  'MAIL FROM:<ann@here.example>\r\n',
  'MAIL FROM:<>\r\n',
  'MAIL FROM:<a@b> SIZE=99999999999999999999 BODY=8BITMIME RET=FULL\r\n',
  'RCPT TO:<bob@here.example>\r\n',
  'RCPT TO:<"a b"@here.example> NOTIFY=NEVER\r\n',
  'RCPT TO:<victim@elsewhere.example>\r\n',
  'RCPT TO:<@here.example:victim@elsewhere.example>\r\n',
  'RCPT TO:<victim%elsewhere.example@here.example>\r\n',
  'RCPT TO:<bob@[127.0.0.1]>\r\n',
  'DATA\r\n',
  FROM,
  '.\r\n',
  '\r\n.\r\n',
  '\n.\n',
  '\n.\r\n',
  '\r.\r',
  '..\r\n',
  'RSET\r\n',
  'NOOP\r\n',
  'VRFY bob\r\n',
  'EXPN all\r\n',
  'HELP\r\n',
  'AUTH PLAIN\r\n',
  `AUTH PLAIN ${credentials}\r\n`,
  'AUTH LOGIN\r\n',
  'AUTH XOAUTH2 e30=\r\n',
  '*\r\n',
  'BDAT 5 LAST\r\nhello',
  'STARTTLS\r\n',
  'XCLIENT ADDR=192.0.2.1\r\n',
  'GET / HTTP/1.1\r\n',
  'MAIL FROM:<ann@here.example> XYZZY=\u0000\r\n',
  `${'A'.repeat(20_000)}\r\n`,
  `RCPT TO:<${'b'.repeat(3000)}@here.example>\r\n`,
];
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...lines).map((line) => Buffer.from(line)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);
/** Any cuts: where a packet ends must not matter. */
const conversation = fc.tuple(fc.array(piece, { minLength: 1, maxLength: 25 }), fc.nat(40));

const submissions = () =>
  tls.connect({ port: plane.submissionsPort, host: '127.0.0.1', rejectUnauthorized: false });
const inbound = () => net.connect(plane.smtpPort, '127.0.0.1');

/** Says all of it without listening, hangs up, and gives what was answered. */
const say = async (open: () => net.Socket, pieces: Buffer[], cut: number): Promise<string> => {
  const socket = open();
  let answered = '';
  socket.on('data', (chunk) => {
    answered += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const ended = once(socket, 'close').catch(() => {});
  const all = Buffer.concat(pieces);
  await once(socket, 'data').catch(() => {});
  if (cut > 0) {
    socket.write(all.subarray(0, cut));
    await new Promise((done) => setTimeout(done, 2));
  }
  socket.end(all.subarray(cut));
  await ended;
  return answered;
};

const queuedForElsewhere = () =>
  plane.db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select('m.id')
    .where('r.domain', '=', 'elsewhere.example')
    .where('m.mailbox_id', 'is', null)
    .execute();

describe.each([
  { port: 'inbound', open: () => inbound() },
  { port: 'submissions', open: () => submissions() },
])('whatever is said to $port', ({ open }) => {
  it('the next client is served, no more is stored than was answered with 250, and nothing is relayed', async () => {
    let acceptances = 0;
    await fc.assert(
      fc.asyncProperty(conversation, async ([pieces, cut]) => {
        const answered = await say(open, pieces, cut);
        acceptances += answered.match(/^250 2\.0\.0 (?:Delivered|Queued) as /gm)?.length ?? 0;
        expect(answered).not.toMatch(/at .*\.js|Error: [A-Z]\w+Error/);
      }),
      { numRuns: 60 },
    );
    const client = await connectRawSmtp(plane.smtpPort);
    expect(await client.send('EHLO client.example\r\n')).toMatch(/^250/);
    client.close();
    const stored = await storedMessages(plane.db, bob);
    const queued = await plane.db.selectFrom('mail.queue_message').select('id').execute();
    expect(stored.length).toBeLessThanOrEqual(acceptances + queued.length);
    expect(await queuedForElsewhere()).toEqual([]);
  });
});

describe('content that software chokes on', () => {
  it.each([
    ['NUL in the header', 'From: ann@here.example\r\nSubject: a\u0000b\r\n\r\nhi'],
    ['NUL in the body', `${FROM}a\u0000b`],
    ['a line of a megabyte', `${FROM}${'x'.repeat(1_000_000)}`],
    ['a header field of a megabyte', `From: ann@here.example\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\nhi`],
    ['ten thousand fields', `From: ann@here.example\r\n${'X: y\r\n'.repeat(10_000)}\r\nhi`],
    [
      'a boundary that never comes',
      `From: ann@here.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nhi`,
    ],
    ['an encoded word without an end', 'From: ann@here.example\r\nSubject: =?utf-8?q?=\r\n\r\nhi'],
    ['a date of the year 99999', 'From: ann@here.example\r\nDate: Mon, 1 Jan 99999 00:00:00 +9999\r\n\r\nhi'],
    ['no body at all', 'From: ann@here.example'],
  ])('%s is taken as it is', async (_what, content) => {
    const before = (await storedMessages(plane.db, bob)).length;
    const replies = await transact(plane.smtpPort, {
      from: 'ann@here.example',
      to: ['bob@here.example'],
      content,
    });
    expect(replies.at(-1)).toMatch(/^250 2\.0\.0 /);
    const stored = await storedMessages(plane.db, bob);
    expect(stored).toHaveLength(before + 1);
    expect(stored.some(({ raw }) => raw.endsWith(`${content}\r\n`))).toBe(true);
  });
});
