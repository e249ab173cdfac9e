// Proves that accepted mail is delivered, tried again on time, or reported: on the real database, against a real
// mail host of the test, with a clock that moves only when told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { type QueueFixture, startQueueFixture } from '../testing/queue-fixture.ts';
import { startRemoteHost } from '../testing/remote-host.ts';
import { HELD_REASON } from './delivery.ts';
import { HELD_FOR_MS } from './housekeeping.ts';

const database = useTestDatabase();
let queue: QueueFixture;
const MINUTE_MS = 60_000;

beforeEach(async () => {
  queue = await startQueueFixture(database);
});
afterEach(() => queue.close());

describe('delivery', () => {
  it('hands mail to the MX host over TLS, and writes down who took it with which reply', async () => {
    await queue.put(['Bob@elsewhere.example'], {
      raw: 'From: ann@here.example\r\n\r\n.\r\n..x\r\nGrüße\r\n',
    });
    await queue.worker().runDue();
    expect(queue.remote.taken).toMatchObject([
      {
        from: 'ann@here.example',
        to: 'Bob@elsewhere.example',
        content: 'From: ann@here.example\r\n\r\n.\r\n..x\r\nGrüße\r\n',
        secure: true,
      },
    ]);
    expect(await queue.states()).toEqual(['Bob@elsewhere.example delivered']);
    expect(await queue.attempts()).toMatchObject([
      { attempt: 1, result: 'delivered', remote_host: 'mx.elsewhere.example', response: '250 2.0.0 Taken' },
    ]);
  });

  it('uses one connection for messages that follow each other', async () => {
    await queue.put(['a@elsewhere.example', 'b@elsewhere.example', 'c@elsewhere.example']);
    await queue.worker({}, { maxInFlight: 1 }).runDue();
    expect(new Set(queue.remote.taken.map(({ session }) => session)).size).toBe(1);
    expect(queue.remote.taken).toHaveLength(3);
  });

  it('goes on in the clear when a host announces STARTTLS but cannot do it', async () => {
    await queue.replaceRemote({ starttls: 'broken' });
    await queue.put(['a@elsewhere.example']);
    await queue.worker().runDue();
    expect(queue.remote.taken.map(({ secure }) => secure)).toEqual([false]);
  });

  it('takes the next host when the first cannot be reached, and not when it refuses', async () => {
    queue.dns.add('two.example', 'MX', { preference: 1, exchange: 'dead.two.example' });
    queue.dns.add('two.example', 'MX', { preference: 2, exchange: 'mx.elsewhere.example' });
    queue.dns.add('dead.two.example', 'A', '127.0.0.9');
    await queue.put(['a@two.example']);
    await queue.worker().runDue();
    expect(await queue.states()).toEqual(['a@two.example delivered']);
    const second = await startRemoteHost({ host: '127.0.0.9', port: queue.remote.port });
    second.refuse('rcpt', '550 5.1.1 No such user');
    await queue.put(['b@two.example'], { sender: '' });
    await queue.worker().runDue();
    expect(await queue.states()).toEqual(['a@two.example delivered', 'b@two.example bounced']);
    await second.close();
  });

  it('does not try another host when the connection ends after the content: it may have been taken', async () => {
    queue.dns.add('two.example', 'MX', { preference: 1, exchange: 'first.two.example' });
    queue.dns.add('two.example', 'MX', { preference: 2, exchange: 'mx.elsewhere.example' });
    queue.dns.add('first.two.example', 'A', '127.0.0.9');
    const first = await startRemoteHost({ host: '127.0.0.9', port: queue.remote.port });
    first.whileTaking(async () => first.dropConnections());
    await queue.put(['a@two.example']);
    await queue.worker().runDue();
    expect(queue.remote.taken).toEqual([]);
    expect(await queue.states()).toEqual(['a@two.example deferred']);
    await first.close();
  });

  it('sends mail for hosted domains to the inbound port, whatever their MX says and outbound is', async () => {
    await database.db
      .insertInto('published.mail_domain')
      .values({ name: 'hosted.example', workspace_id: newId() })
      .execute();
    queue.dns.add('hosted.example', 'MX', { preference: 10, exchange: 'elsewhere.example' });
    await queue.put(['a@hosted.example']);
    await queue.worker({ enabled: false }).runDue();
    expect(queue.remote.taken.map(({ to }) => to)).toEqual(['a@hosted.example']);
  });
});

describe('mail to other systems while outbound is off', () => {
  it('is held with a clear reason, and no attempt is made', async () => {
    await queue.put(['a@elsewhere.example']);
    await queue.worker({ enabled: false }).runDue();
    expect(await queue.rows()).toMatchObject([
      { state: 'held', reason: HELD_REASON, attempts: 0, due_at: null },
    ]);
    expect(await queue.attempts()).toEqual([]);
    expect(queue.remote.taken).toEqual([]);
  });

  it('goes when outbound is switched on, or when its domain is hosted', async () => {
    await queue.put(['a@elsewhere.example', 'b@other.example']);
    const off = queue.worker({ enabled: false });
    await off.runDue();
    await queue.keepHouse(false);
    expect(await queue.states()).toEqual(['a@elsewhere.example held', 'b@other.example held']);
    await database.db
      .insertInto('published.mail_domain')
      .values({ name: 'other.example', workspace_id: newId() })
      .execute();
    await queue.keepHouse(false);
    await off.runDue();
    expect(await queue.states()).toEqual(['a@elsewhere.example held', 'b@other.example delivered']);
    await queue.keepHouse(true);
    await queue.worker().runDue();
    expect(await queue.states()).toEqual(['a@elsewhere.example delivered', 'b@other.example delivered']);
  });

  it('goes back to its sender after seven days', async () => {
    await queue.put(['a@elsewhere.example']);
    await queue.worker({ enabled: false }).runDue();
    await queue.clock.advance(HELD_FOR_MS);
    await queue.keepHouse(false);
    expect(await queue.states()).toEqual(['a@elsewhere.example held']);
    await queue.clock.advance(1);
    await queue.keepHouse(false);
    expect(await queue.states()).toEqual(['a@elsewhere.example expired', 'ann@here.example queued']);
    expect((await queue.reports())[0]).toContain('Outbound delivery is switched off');
  });
});

describe('a report about mail that was sent on', () => {
  it('is about the address it was for, and does not name the other one nor its domain', async () => {
    await queue.put(['private@missing.example'], { forwardedFor: 'info@here.example' });
    await queue.put(['private@elsewhere.example'], { forwardedFor: 'held@here.example' });
    await queue.worker({ enabled: false }).runDue();
    await queue.clock.advance(HELD_FOR_MS + 1);
    await queue.keepHouse(false);
    await queue.put(['private@gone.example'], { forwardedFor: 'gone@here.example' });
    await queue.worker().runDue();
    const reports = (await queue.reports()).sort();
    expect(
      reports.map((report) =>
        /^Final-Recipient: rfc822; (.*)\r\n.*\r\nStatus: (.*)\r$/m.exec(report)?.slice(1),
      ),
    ).toEqual(
      expect.arrayContaining([
        ['info@here.example', '5.4.7'],
        ['held@here.example', '5.4.7'],
        ['gone@here.example', '5.1.2'],
      ]),
    );
    for (const report of reports) expect(report).not.toMatch(/private|missing|elsewhere|gone\.example/);
  });
});

describe('permanent failure', () => {
  it('bounces at once with a report to the sender that has the reply, from the null path', async () => {
    queue.remote.refuse('rcpt', '550 5.1.1 No such user');
    await queue.put(['nobody@elsewhere.example', 'nobody2@elsewhere.example']);
    await queue.worker({}, { maxInFlight: 1 }).runDue();
    expect((await queue.states()).slice(0, 2)).toEqual([
      'nobody@elsewhere.example bounced',
      'nobody2@elsewhere.example bounced',
    ]);
    const report = (await queue.reports()).find((text) => text.includes('<nobody@')) ?? '';
    expect(report).toContain('Final-Recipient: rfc822; nobody@elsewhere.example\r\n');
    expect(report).toContain('Status: 5.1.1\r\n');
    expect(report).toContain('Remote-MTA: dns; mx.elsewhere.example\r\n');
    expect(report).toContain('Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n');
    expect(report).toContain('In-Reply-To: <o@here.example>\r\n');
    expect(await queue.attempts()).toMatchObject([{ result: 'bounced' }, { result: 'bounced' }, {}, {}]);
  });

  it('of a report bounces without another report', async () => {
    queue.remote.refuse('data', '554 5.7.1 No');
    await queue.put(['nobody@elsewhere.example'], { sender: 'ann@elsewhere.example' });
    await queue.worker().runDue();
    expect(await queue.states()).toEqual([
      'nobody@elsewhere.example bounced',
      'ann@elsewhere.example bounced',
    ]);
  });

  it.each([
    ['a domain that does not exist', 'a@missing.example', '5.1.2'],
    ['a domain that takes no mail', 'a@null.example', '5.1.10'],
    ['a host on our own network', 'a@inside.example', '5.4.4'],
  ])('is found without asking a host: %s', async (_case, to, status) => {
    queue.dns.add('null.example', 'MX', { preference: 0, exchange: '.' });
    queue.dns.add('inside.example', 'MX', { preference: 0, exchange: 'inside.example' });
    queue.dns.add('inside.example', 'A', '10.0.0.1');
    await queue.put([to]);
    await queue.worker().runDue();
    expect((await queue.states())[0]).toBe(`${to} bounced`);
    expect((await queue.reports())[0]).toContain(`Status: ${status}\r\n`);
  });
});

describe('temporary failure', () => {
  it('is tried again after 1m, 5m, 15m, 1h, 3h, 6h, 12h …, and reported after 48 h', async () => {
    queue.remote.refuse('rcpt', '451 4.7.1 Greylisted');
    await queue.put(['a@elsewhere.example']);
    const sender = queue.worker();
    const startMs = queue.clock.now().getTime();
    await sender.runDue();
    for (const minutes of [1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 2880]) {
      await queue.clock.advance(startMs + minutes * MINUTE_MS - 1 - queue.clock.now().getTime());
      const before = (await queue.attempts()).length;
      await sender.runDue();
      expect(await queue.attempts()).toHaveLength(before);
      expect((await queue.rows())[0]).toMatchObject({ state: 'deferred', attempts: before });
      await queue.clock.advance(1);
      await sender.runDue();
    }
    const tried = (await queue.attempts()).filter(
      ({ remote_host }) => remote_host === 'mx.elsewhere.example',
    );
    expect(tried.map(({ started_at }) => (started_at.getTime() - startMs) / MINUTE_MS)).toEqual([
      0, 1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 2880,
    ]);
    expect((await queue.rows())[0]).toMatchObject({ state: 'expired', due_at: null });
    const [report = ''] = await queue.reports();
    expect(report).toContain('Given up after 11 attempts');
    expect(report).toContain('Status: 5.4.7\r\n');
  });

  it('is what an unreachable host and a silent nameserver are', async () => {
    await queue.remote.close();
    await queue.put(['a@elsewhere.example']);
    await queue.worker().runDue();
    queue.dns.fail(true);
    await queue.put(['b@elsewhere.example']);
    await queue.worker().runDue();
    queue.dns.fail(false);
    expect(await queue.rows()).toMatchObject([
      { state: 'deferred', reason: 'No mail host of the recipient could be reached' },
      { state: 'deferred', reason: 'DNS look-up for elsewhere.example failed (ESERVFAIL)' },
    ]);
  });

  it('ends in delivery when the host takes it later', async () => {
    queue.remote.refuse('data', '421 4.3.2 Restarting');
    await queue.put(['a@elsewhere.example']);
    const sender = queue.worker();
    await sender.runDue();
    queue.remote.refuse('data', null);
    await queue.clock.advance(MINUTE_MS);
    await sender.runDue();
    expect(await queue.rows()).toMatchObject([{ state: 'delivered', reason: null, attempts: 2 }]);
    expect(await queue.reports()).toEqual([]);
  });
});
