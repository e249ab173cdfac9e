// Proves that reports which arrive are attributed to the message they are about, and that forged ones change nothing.
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { buildDeliveryReport } from '../../../protocols/mail/delivery-status.ts';
import {
  publishDomain,
  publishMailbox,
  startTestPlane,
  storedMessages,
  submissionClient,
  type TestPlane,
} from '../testing/plane.ts';
import { transact } from '../testing/raw-smtp.ts';
import { type RemoteHost, startRemoteHost } from '../testing/remote-host.ts';

const SOON = { timeout: 30_000 };
const database = useTestDatabase();
let plane: TestPlane;
let remote: RemoteHost;
let ann: string;
let mails = 0;

beforeAll(async () => {
  remote = await startRemoteHost({ without: ['DSN'] });
  const outbound = { enabled: true, allowTargets: ['127.0.0.0/8'], port: remote.port };
  plane = await startTestPlane(database, outbound);
  plane.dns.add('elsewhere.example', 'MX', { preference: 10, exchange: 'mx.elsewhere.example' });
  plane.dns.add('mx.elsewhere.example', 'A', '127.0.0.1');
  await publishDomain(plane, 'here.example');
  ann = await publishMailbox(plane.db, 'ann@here.example');
  await publishMailbox(plane.db, 'eve@here.example');
});
afterAll(async () => {
  await plane.close();
  await remote.close();
});

const client = () => submissionClient(plane, 'ann@here.example');
/** State of the newest queued message to an address. */
const stateOf = async (address: string) =>
  (
    await plane.db
      .selectFrom('mail.queue_recipient')
      .select('state')
      .where('address', '=', address)
      .orderBy('id', 'desc')
      .executeTakeFirst()
  )?.state;

let messageId: string;
let to: string;
beforeEach(async () => {
  mails += 1;
  to = `gone${mails}@elsewhere.example`;
  ({ messageId } = await client().sendMail({ from: 'ann@here.example', to, text: 'hi' }));
  await vi.waitFor(async () => expect(await stateOf(to)).toBe('delivered'), SOON);
});

/** A report of the other host, delivered to somebody here. */
const report = (
  change: { mailbox?: string; about?: string; failed?: string; status?: string; sender?: string } = {},
) => {
  const raw = buildDeliveryReport({
    reportingMta: 'mx.elsewhere.example',
    from: 'mailer-daemon@elsewhere.example',
    to: 'ann@here.example',
    messageId: '<r@elsewhere.example>',
    boundary: 'x',
    date: new Date(),
    arrivalDate: new Date(),
    recipients: [
      {
        address: change.failed ?? to,
        status: change.status ?? '5.1.1',
        reason: 'no',
        diagnostic: '550 5.1.1 No such user',
      },
    ],
    original: Buffer.from(`Message-ID: ${change.about ?? messageId}\r\nSubject: hi\r\n\r\nhi\r\n`),
  });
  return transact(plane.smtpPort, {
    from: change.sender ?? '',
    to: [change.mailbox ?? 'ann@here.example'],
    content: raw.toString().replace(/\r\n$/, ''),
  });
};

it('a hard one turns the message into a bounced one, suppresses the address, and still arrives in the INBOX', async () => {
  const before = (await storedMessages(plane.db, ann)).length;
  expect((await report()).at(-1)).toMatch(/^250 /);
  expect(await stateOf(to)).toBe('bounced');
  expect(await storedMessages(plane.db, ann)).toHaveLength(before + 1);
  await expect(
    client().sendMail({ from: 'ann@here.example', to: [to], text: 'again' }),
  ).rejects.toMatchObject({
    response: expect.stringMatching(
      /^550 5\.7\.1 gone\d+@elsewhere\.example is on the suppression list .*No such user/,
    ),
  });
});

it('a second one about the same recipient changes nothing', async () => {
  await report({ status: '5.2.2' });
  await report();
  const rows = await plane.db.selectFrom('mail.bounce').select('kind').where('address', '=', to).execute();
  expect(rows).toEqual([{ kind: 'soft' }]);
});

it.each([
  ['about a message nobody sent', { about: '<invented@here.example>' }],
  ['in a mailbox that did not send the message', { mailbox: 'eve@here.example' }],
  ['from a sender with a name', { sender: 'mallory@elsewhere.example' }],
])('one %s changes nothing', async (_what, change) => {
  expect((await report(change)).at(-1)).toMatch(/^250 /);
  expect(await stateOf(to)).toBe('delivered');
});

it('of a message to several it is about the recipient it names, and no other', async () => {
  const both = [`one${mails}@elsewhere.example`, `two${mails}@elsewhere.example`];
  const sent = await client().sendMail({ from: 'ann@here.example', to: both, text: 'hi' });
  await vi.waitFor(async () => expect(await stateOf(both[0]!)).toBe('delivered'), SOON);
  await vi.waitFor(async () => expect(await stateOf(both[1]!)).toBe('delivered'), SOON);
  await report({ about: sent.messageId, failed: both[1]! });
  await report({ about: sent.messageId, failed: 'unrelated@elsewhere.example' });
  expect(await stateOf(both[0]!)).toBe('delivered');
  expect(await stateOf(both[1]!)).toBe('bounced');
});

it('of a message to one it is about that one, whatever the last host calls it', async () => {
  await report({ failed: 'internal-name@inner.example' });
  expect(await stateOf(to)).toBe('bounced');
});
