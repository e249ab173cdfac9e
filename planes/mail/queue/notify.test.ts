// Proves that what a sender asked to be told (RFC 3461) is told, by us or by a host that says it will, and nothing else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { type QueueFixture, startQueueFixture } from '../testing/queue-fixture.ts';

const HOUR_MS = 60 * 60_000;
const database = useTestDatabase();
let queue: QueueFixture;

beforeEach(async () => {
  queue = await startQueueFixture(database);
});
afterEach(() => queue.close());

const asks = (notify: ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[] | null, orcpt: string | null = null) => ({
  notify,
  orcpt,
});

describe('a host that knows DSN', () => {
  it('is told all that was asked, and then makes the report of success itself', async () => {
    await queue.put(['bob@elsewhere.example'], {
      dsn: { ret: 'HDRS', envid: 'QQ 314=159' },
      asks: asks(['SUCCESS', 'DELAY'], 'rfc822;bob+x@old.example'),
    });
    await queue.worker().runDue();
    expect(queue.remote.taken).toMatchObject([
      {
        dsn: { ret: 'HDRS', envid: 'QQ 314=159' },
        asks: { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;bob+x@old.example' },
      },
    ]);
    expect(await queue.reports()).toEqual([]);
  });

  it('is told nothing when nothing was asked', async () => {
    await queue.put(['bob@elsewhere.example']);
    await queue.worker().runDue();
    expect(queue.remote.taken[0]?.asks).toBeUndefined();
  });
});

describe('a host that does not', () => {
  it('makes us tell of the success, as relayed, with the names the sender gave', async () => {
    await queue.replaceRemote({ without: ['DSN'] });
    await queue.put(['bob@elsewhere.example'], {
      dsn: { ret: 'FULL', envid: 'E1' },
      asks: asks(['SUCCESS'], 'rfc822;bob@old.example'),
    });
    await queue.worker().runDue();
    const [report = ''] = await queue.reports();
    expect(report).toContain('Subject: Mail was relayed\r\n');
    expect(report).toContain('Original-Envelope-Id: E1\r\n');
    expect(report).toContain('Original-Recipient: rfc822; bob@old.example\r\n');
    expect(report).toContain('Action: relayed\r\nStatus: 2.0.0\r\n');
    // RFC 3461 §4.3: RET is about failures.
    expect(report).toContain('Content-Type: text/rfc822-headers\r\n');
  });
});

describe('a failure', () => {
  it.each([
    { notify: null, told: 1 },
    { notify: ['FAILURE', 'SUCCESS'] as const, told: 1 },
    { notify: ['SUCCESS', 'DELAY'] as const, told: 0 },
    { notify: ['NEVER'] as const, told: 0 },
  ])('with NOTIFY=$notify is told $told times', async ({ notify, told }) => {
    queue.remote.refuse('rcpt', '550 5.1.1 No such user');
    await queue.put(['bob@elsewhere.example'], { asks: asks(notify && [...notify]) });
    await queue.worker().runDue();
    expect((await queue.states())[0]).toBe('bob@elsewhere.example bounced');
    expect(await queue.reports()).toHaveLength(told);
  });

  it('comes back with the whole message when RET=FULL asks for it', async () => {
    queue.remote.refuse('rcpt', '550 5.1.1 No such user');
    const raw = 'From: ann@here.example\r\n\r\nthe whole text\r\n';
    await queue.put(['bob@elsewhere.example'], { raw, dsn: { ret: 'FULL', envid: null } });
    await queue.worker().runDue();
    const [report = ''] = await queue.reports();
    expect(report).toContain('Content-Type: message/rfc822\r\n');
    expect(report).toContain('the whole text\r\n');
  });
});

describe('a delay', () => {
  it('is told once, after four hours, with the time until which we try; only to those who asked', async () => {
    queue.remote.refuse('rcpt', '451 4.7.1 Greylisted');
    await queue.put(['asks@elsewhere.example'], { asks: asks(['DELAY', 'FAILURE']) });
    await queue.put(['does-not@elsewhere.example']);
    const worker = queue.worker();
    await worker.runDue();
    expect(await queue.reports()).toEqual([]);
    for (let hours = 0; hours < 12; hours += 1) {
      await queue.clock.advance(HOUR_MS);
      await worker.runDue();
    }
    const reports = await queue.reports();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain('Final-Recipient: rfc822; asks@elsewhere.example\r\nAction: delayed\r\n');
    expect(reports[0]).toContain('Status: 4.7.1\r\n');
    expect(reports[0]).toMatch(/Will-Retry-Until: .* \+0000\r\n/);
  });
});

describe('a message that needs SMTPUTF8', () => {
  const raw = 'From: ann@here.example\r\nSubject: Grüße\r\n\r\nhi\r\n';

  it('is announced as such for its header alone, to a host that knows it', async () => {
    await queue.put(['bob@elsewhere.example'], { raw, smtpUtf8: true });
    await queue.put(['bob@elsewhere.example'], { smtpUtf8: true });
    await queue.worker({}, { maxInFlight: 1 }).runDue();
    expect(queue.remote.taken.map(({ smtpUtf8 }) => smtpUtf8)).toEqual([true, false]);
  });

  it.each([
    { why: 'its header', recipient: 'bob@elsewhere.example', raw },
    { why: 'a recipient', recipient: 'björn@elsewhere.example', raw: 'From: ann@here.example\r\n\r\nhi\r\n' },
  ])('for $why comes back from a host that does not, as what it is (RFC 6531)', async (mail) => {
    await queue.replaceRemote({ without: ['SMTPUTF8'] });
    await queue.put([mail.recipient], { raw: mail.raw, smtpUtf8: true });
    await queue.worker().runDue();
    expect((await queue.states())[0]).toBe(`${mail.recipient} bounced`);
    expect((await queue.reports())[0]).toContain('Status: 5.6.7\r\n');
    expect(queue.remote.taken).toEqual([]);
  });

  it('is nothing that a header of 8-bit text from an old program asks for', async () => {
    await queue.replaceRemote({ without: ['SMTPUTF8'] });
    await queue.put(['bob@elsewhere.example'], { raw, smtpUtf8: false });
    await queue.worker().runDue();
    expect(await queue.states()).toEqual(['bob@elsewhere.example delivered']);
  });
});
