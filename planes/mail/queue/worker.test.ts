// Proves that accepted mail is delivered, tried again on time, or reported: on the real database, against a real
// mail host of the test, with a clock that moves only when told.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { createResolver } from '../resolver.ts';
import { type DnsStub, startDnsStub } from '../testing/dns-stub.ts';
import { type RemoteHost, startRemoteHost } from '../testing/remote-host.ts';
import { createBouncer } from './bounce.ts';
import { createDelivery, HELD_REASON, type OutboundOptions } from './delivery.ts';
import { HELD_FOR_MS, KEPT_FOR_MS, keepHouse } from './housekeeping.ts';
import { type ClaimedRecipient, claimDue, enqueue } from './store.ts';
import { createTransport, type Transport } from './transport.ts';
import { createQueueWorker, type QueueWorker, type QueueWorkerOptions } from './worker.ts';

const database = useTestDatabase();
const HOSTNAME = 'mail.here.example';
const MINUTE_MS = 60_000;
const log = pino({ level: 'silent' });
const enqueueBounce = createBouncer({ hostname: HOSTNAME, sign: async () => '', log });

let clock: VirtualClock;
let dns: DnsStub;
let remote: RemoteHost;
let transports: Transport[];
let workers: QueueWorker[];

beforeEach(async () => {
  clock = new VirtualClock();
  transports = [];
  workers = [];
  dns = await startDnsStub();
  remote = await startRemoteHost();
  dns.add('mx.elsewhere.example', 'A', '127.0.0.1');
  dns.add('elsewhere.example', 'MX', { preference: 10, exchange: 'mx.elsewhere.example' });
});
afterEach(async () => {
  for (const queue of workers) await queue.close(0);
  for (const transport of transports) transport.close();
  await remote.close();
  await dns.close();
  await database.db.deleteFrom('mail.queue_message').execute();
  await database.db.deleteFrom('published.mail_domain').execute();
});

const worker = (
  outbound: Partial<OutboundOptions> = {},
  change: Partial<QueueWorkerOptions> = {},
): QueueWorker => {
  const transport = createTransport(HOSTNAME);
  transports.push(transport);
  const deliver = createDelivery({
    db: database.db,
    transport,
    inbound: { address: '127.0.0.1', port: remote.port },
    hostname: HOSTNAME,
    resolver: createResolver([dns.server]),
    outbound: { enabled: true, allowTargets: ['127.0.0.0/8'], port: remote.port, ...outbound },
  });
  const queue = createQueueWorker({
    databaseUrl: database.url,
    db: database.db,
    deliver,
    enqueueBounce,
    abort: () => transport.close(),
    keepHouse: async () => {},
    clock,
    log,
    ...change,
  });
  workers.push(queue);
  return queue;
};

const put = (recipients: string[], mail: { sender?: string; raw?: string } = {}) =>
  inTransaction(database.db, (tx) =>
    enqueue(tx, {
      sender: mail.sender ?? 'ann@here.example',
      recipients: recipients.map((address) => ({ address, domain: address.split('@')[1] ?? '' })),
      raw: Buffer.from(mail.raw ?? 'Message-ID: <o@here.example>\r\nFrom: ann@here.example\r\n\r\nhi\r\n'),
      mailboxId: null,
      now: clock.now(),
    }),
  );

const rows = async () =>
  database.db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .select(['r.address', 'r.state', 'r.reason', 'r.attempts', 'r.due_at', 'm.sender', 'm.raw'])
    .orderBy('r.id')
    .execute();
const states = async () => (await rows()).map(({ address, state }) => `${address} ${state}`);
const attempts = () =>
  database.db.selectFrom('mail.queue_attempt').selectAll().orderBy('started_at').orderBy('attempt').execute();
const reports = async () =>
  (await rows()).filter(({ sender }) => sender === '').map(({ raw }) => raw.toString());

describe('delivery', () => {
  it('hands mail to the MX host over TLS, and writes down who took it with which reply', async () => {
    await put(['Bob@elsewhere.example'], { raw: 'From: ann@here.example\r\n\r\n.\r\n..x\r\nGrüße\r\n' });
    await worker().runDue();
    expect(remote.taken).toMatchObject([
      {
        from: 'ann@here.example',
        to: 'Bob@elsewhere.example',
        content: 'From: ann@here.example\r\n\r\n.\r\n..x\r\nGrüße\r\n',
        secure: true,
      },
    ]);
    expect(await states()).toEqual(['Bob@elsewhere.example delivered']);
    expect(await attempts()).toMatchObject([
      { attempt: 1, result: 'delivered', remote_host: 'mx.elsewhere.example', response: '250 2.0.0 Taken' },
    ]);
  });

  it('uses one connection for messages that follow each other', async () => {
    await put(['a@elsewhere.example', 'b@elsewhere.example', 'c@elsewhere.example']);
    await worker({}, { maxInFlight: 1 }).runDue();
    expect(new Set(remote.taken.map(({ session }) => session)).size).toBe(1);
    expect(remote.taken).toHaveLength(3);
  });

  it('goes on in the clear when a host announces STARTTLS but cannot do it', async () => {
    await remote.close();
    remote = await startRemoteHost({ starttls: 'broken' });
    await put(['a@elsewhere.example']);
    await worker().runDue();
    expect(remote.taken.map(({ secure }) => secure)).toEqual([false]);
  });

  it('takes the next host when the first cannot be reached, and not when it refuses', async () => {
    dns.add('two.example', 'MX', { preference: 1, exchange: 'dead.two.example' });
    dns.add('two.example', 'MX', { preference: 2, exchange: 'mx.elsewhere.example' });
    dns.add('dead.two.example', 'A', '127.0.0.9');
    await put(['a@two.example']);
    await worker().runDue();
    expect(await states()).toEqual(['a@two.example delivered']);
    const second = await startRemoteHost({ host: '127.0.0.9', port: remote.port });
    second.refuse('rcpt', '550 5.1.1 No such user');
    await put(['b@two.example'], { sender: '' });
    await worker().runDue();
    expect(await states()).toEqual(['a@two.example delivered', 'b@two.example bounced']);
    await second.close();
  });

  it('does not try another host when the connection ends after the content: it may have been taken', async () => {
    dns.add('two.example', 'MX', { preference: 1, exchange: 'first.two.example' });
    dns.add('two.example', 'MX', { preference: 2, exchange: 'mx.elsewhere.example' });
    dns.add('first.two.example', 'A', '127.0.0.9');
    const first = await startRemoteHost({ host: '127.0.0.9', port: remote.port });
    first.whileTaking(async () => first.dropConnections());
    await put(['a@two.example']);
    await worker().runDue();
    expect(remote.taken).toEqual([]);
    expect(await states()).toEqual(['a@two.example deferred']);
    await first.close();
  });

  it('sends mail for hosted domains to the inbound port, whatever their MX says and outbound is', async () => {
    await database.db
      .insertInto('published.mail_domain')
      .values({ name: 'hosted.example', workspace_id: newId() })
      .execute();
    dns.add('hosted.example', 'MX', { preference: 10, exchange: 'elsewhere.example' });
    await put(['a@hosted.example']);
    await worker({ enabled: false }).runDue();
    expect(remote.taken.map(({ to }) => to)).toEqual(['a@hosted.example']);
  });
});

describe('mail to other systems while outbound is off', () => {
  it('is held with a clear reason, and no attempt is made', async () => {
    await put(['a@elsewhere.example']);
    await worker({ enabled: false }).runDue();
    expect(await rows()).toMatchObject([{ state: 'held', reason: HELD_REASON, attempts: 0, due_at: null }]);
    expect(await attempts()).toEqual([]);
    expect(remote.taken).toEqual([]);
  });

  it('goes when outbound is switched on, or when its domain is hosted', async () => {
    await put(['a@elsewhere.example', 'b@other.example']);
    const off = worker({ enabled: false });
    await off.runDue();
    await keepHouse(database.db, { outboundEnabled: false, enqueueBounce }, clock.now());
    expect(await states()).toEqual(['a@elsewhere.example held', 'b@other.example held']);
    await database.db
      .insertInto('published.mail_domain')
      .values({ name: 'other.example', workspace_id: newId() })
      .execute();
    await keepHouse(database.db, { outboundEnabled: false, enqueueBounce }, clock.now());
    await off.runDue();
    expect(await states()).toEqual(['a@elsewhere.example held', 'b@other.example delivered']);
    await keepHouse(database.db, { outboundEnabled: true, enqueueBounce }, clock.now());
    await worker().runDue();
    expect(await states()).toEqual(['a@elsewhere.example delivered', 'b@other.example delivered']);
  });

  it('goes back to its sender after seven days', async () => {
    await put(['a@elsewhere.example']);
    await worker({ enabled: false }).runDue();
    await clock.advance(HELD_FOR_MS);
    await keepHouse(database.db, { outboundEnabled: false, enqueueBounce }, clock.now());
    expect(await states()).toEqual(['a@elsewhere.example held']);
    await clock.advance(1);
    await keepHouse(database.db, { outboundEnabled: false, enqueueBounce }, clock.now());
    expect(await states()).toEqual(['a@elsewhere.example expired', 'ann@here.example queued']);
    expect((await reports())[0]).toContain('Outbound delivery is switched off');
  });
});

describe('permanent failure', () => {
  it('bounces at once with a report to the sender that has the reply, from the null path', async () => {
    remote.refuse('rcpt', '550 5.1.1 No such user');
    await put(['nobody@elsewhere.example', 'nobody2@elsewhere.example']);
    await worker({}, { maxInFlight: 1 }).runDue();
    expect((await states()).slice(0, 2)).toEqual([
      'nobody@elsewhere.example bounced',
      'nobody2@elsewhere.example bounced',
    ]);
    const [report = ''] = await reports();
    expect(report).toContain('Final-Recipient: rfc822; nobody@elsewhere.example\r\n');
    expect(report).toContain('Status: 5.1.1\r\n');
    expect(report).toContain('Remote-MTA: dns; mx.elsewhere.example\r\n');
    expect(report).toContain('Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n');
    expect(report).toContain('In-Reply-To: <o@here.example>\r\n');
    expect(await attempts()).toMatchObject([{ result: 'bounced' }, { result: 'bounced' }, {}, {}]);
  });

  it('of a report bounces without another report', async () => {
    remote.refuse('data', '554 5.7.1 No');
    await put(['nobody@elsewhere.example'], { sender: 'ann@elsewhere.example' });
    await worker().runDue();
    expect(await states()).toEqual(['nobody@elsewhere.example bounced', 'ann@elsewhere.example bounced']);
  });

  it.each([
    ['a domain that does not exist', 'a@missing.example', '5.1.2'],
    ['a domain that takes no mail', 'a@null.example', '5.1.10'],
    ['a host on our own network', 'a@inside.example', '5.4.4'],
  ])('is found without asking a host: %s', async (_case, to, status) => {
    dns.add('null.example', 'MX', { preference: 0, exchange: '.' });
    dns.add('inside.example', 'MX', { preference: 0, exchange: 'inside.example' });
    dns.add('inside.example', 'A', '10.0.0.1');
    await put([to]);
    await worker().runDue();
    expect((await states())[0]).toBe(`${to} bounced`);
    expect((await reports())[0]).toContain(`Status: ${status}\r\n`);
  });
});

describe('temporary failure', () => {
  it('is tried again after 1m, 5m, 15m, 1h, 3h, 6h, 12h …, and reported after 48 h', async () => {
    remote.refuse('rcpt', '451 4.7.1 Greylisted');
    await put(['a@elsewhere.example']);
    const queue = worker();
    const startMs = clock.now().getTime();
    await queue.runDue();
    for (const minutes of [1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 2880]) {
      await clock.advance(startMs + minutes * MINUTE_MS - 1 - clock.now().getTime());
      const before = (await attempts()).length;
      await queue.runDue();
      expect(await attempts()).toHaveLength(before);
      expect((await rows())[0]).toMatchObject({ state: 'deferred', attempts: before });
      await clock.advance(1);
      await queue.runDue();
    }
    const tried = (await attempts()).filter(({ remote_host }) => remote_host === 'mx.elsewhere.example');
    expect(tried.map(({ started_at }) => (started_at.getTime() - startMs) / MINUTE_MS)).toEqual([
      0, 1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 2880,
    ]);
    expect((await rows())[0]).toMatchObject({ state: 'expired', due_at: null });
    const [report = ''] = await reports();
    expect(report).toContain('Given up after 11 attempts');
    expect(report).toContain('Status: 5.4.7\r\n');
  });

  it('is what an unreachable host and a silent nameserver are', async () => {
    await remote.close();
    await put(['a@elsewhere.example']);
    await worker().runDue();
    dns.fail(true);
    await put(['b@elsewhere.example']);
    await worker().runDue();
    dns.fail(false);
    expect(await rows()).toMatchObject([
      { state: 'deferred', reason: 'No mail host of the recipient could be reached' },
      { state: 'deferred', reason: 'DNS look-up for elsewhere.example failed (ESERVFAIL)' },
    ]);
    remote = await startRemoteHost();
  });

  it('ends in delivery when the host takes it later', async () => {
    remote.refuse('data', '421 4.3.2 Restarting');
    await put(['a@elsewhere.example']);
    const queue = worker();
    await queue.runDue();
    remote.refuse('data', null);
    await clock.advance(MINUTE_MS);
    await queue.runDue();
    expect(await rows()).toMatchObject([{ state: 'delivered', reason: null, attempts: 2 }]);
    expect(await reports()).toEqual([]);
  });
});

describe('several workers', () => {
  it('deliver every recipient exactly once between them', async () => {
    const recipients = Array.from({ length: 40 }, (_, n) => `r${n}@elsewhere.example`);
    await put(recipients);
    await Promise.all([worker().runDue(), worker().runDue(), worker().runDue()]);
    expect(remote.taken.map(({ to }) => to).sort()).toEqual([...recipients].sort());
  });

  it('take over from one that died between claim and result, when its lease ends and not before', async () => {
    await put(['a@elsewhere.example']);
    const dead = { id: newId(), leaseMs: 2 * MINUTE_MS };
    const limits = { total: 10, perDomain: 10, busy: new Map() };
    expect(await claimDue(database.db, dead, clock.now(), limits)).toHaveLength(1);
    const survivor = worker();
    await clock.advance(2 * MINUTE_MS - 1);
    await survivor.runDue();
    expect(remote.taken).toEqual([]);
    await clock.advance(1);
    await survivor.runDue();
    expect(remote.taken).toHaveLength(1);
    expect(await states()).toEqual(['a@elsewhere.example delivered']);
  });

  it('ignore the late result of one whose claim was taken over', async () => {
    await put(['a@elsewhere.example'], { sender: 'ann@elsewhere.example' });
    const finish = Promise.withResolvers<void>();
    const claimed = Promise.withResolvers<ClaimedRecipient>();
    const slow = worker(
      {},
      {
        deliver: async (recipient) => {
          claimed.resolve(recipient);
          await finish.promise;
          return {
            result: 'failed',
            permanent: true,
            status: '5.0.0',
            reason: 'no',
            remoteHost: null,
            response: null,
          };
        },
      },
    );
    const running = slow.runDue();
    await claimed.promise;
    await clock.advance(2 * MINUTE_MS);
    await worker().runDue();
    finish.resolve();
    await running;
    expect(await states()).toEqual(['a@elsewhere.example delivered']);
  });
});

describe('limits of a worker', () => {
  it('keep one slow destination from holding up the others', async () => {
    dns.add('slow.example', 'MX', { preference: 10, exchange: 'mx.elsewhere.example' });
    const hold = Promise.withResolvers<void>();
    let slowInFlight = 0;
    let mostSlowInFlight = 0;
    remote.whileTaking(async ({ to }) => {
      if (!to.endsWith('@slow.example')) return;
      slowInFlight += 1;
      mostSlowInFlight = Math.max(mostSlowInFlight, slowInFlight);
      await hold.promise;
      slowInFlight -= 1;
    });
    await put(Array.from({ length: 8 }, (_, n) => `s${n}@slow.example`));
    await clock.advance(1);
    await put(['fast@elsewhere.example']);
    const running = worker({}, { maxInFlight: 4, maxPerDomain: 2 }).runDue();
    await expect.poll(() => remote.taken.map(({ to }) => to)).toEqual(['fast@elsewhere.example']);
    hold.resolve();
    await running;
    expect(remote.taken).toHaveLength(9);
    expect(mostSlowInFlight).toBe(2);
  });
});

describe('a running worker', () => {
  it('is woken by new mail, and by the clock for mail that is due again', async () => {
    remote.refuse('rcpt', '451 4.7.1 Greylisted');
    const queue = worker();
    await queue.start();
    await put(['a@elsewhere.example']);
    await expect.poll(async () => (await rows())[0]?.state).toBe('deferred');
    remote.refuse('rcpt', null);
    await expect
      .poll(
        async () => {
          await clock.advance(5000);
          return (await rows())[0]?.state;
        },
        { timeout: 20_000 },
      )
      .toBe('delivered');
  });

  it('renews its leases while it works, so that nobody takes over', async () => {
    const hold = Promise.withResolvers<void>();
    remote.whileTaking(() => hold.promise);
    await put(['a@elsewhere.example']);
    const queue = worker();
    await queue.start();
    await expect.poll(async () => (await rows())[0]?.state).toBe('sending');
    for (let minutes = 0; minutes < 10; minutes += 1) {
      const dueMs = (await rows())[0]?.due_at?.getTime() ?? 0;
      await clock.advance(MINUTE_MS);
      await expect.poll(async () => (await rows())[0]?.due_at?.getTime()).toBeGreaterThan(dueMs);
    }
    await worker().runDue();
    hold.resolve();
    await expect.poll(async () => (await rows())[0]?.state).toBe('delivered');
    expect(remote.taken).toHaveLength(1);
  });

  it('finishes what is in flight when it is closed, and gives back what does not end in time', async () => {
    const hold = Promise.withResolvers<void>();
    remote.whileTaking(() => hold.promise);
    await put(['a@elsewhere.example']);
    const finishing = worker();
    await finishing.start();
    await expect.poll(async () => (await rows())[0]?.state).toBe('sending');
    const closing = finishing.close();
    hold.resolve();
    await closing;
    expect(await states()).toEqual(['a@elsewhere.example delivered']);

    remote.whileTaking(() => new Promise(() => {}));
    await put(['b@elsewhere.example']);
    const stuck = worker();
    await stuck.start();
    await expect.poll(async () => (await rows())[1]?.state).toBe('sending');
    await stuck.close(0);
    expect((await rows())[1]).toMatchObject({ state: 'deferred' });
  });
});

describe('housekeeping', () => {
  it('deletes settled mail after 30 days with its history, and never mail that waits', async () => {
    await put(['a@elsewhere.example']);
    await worker().runDue();
    remote.refuse('rcpt', '451 4.7.1 Greylisted');
    await put(['b@elsewhere.example']);
    await worker().runDue();
    await clock.advance(KEPT_FOR_MS + 1);
    await keepHouse(database.db, { outboundEnabled: true, enqueueBounce }, clock.now());
    expect(await states()).toEqual(['b@elsewhere.example deferred']);
    expect(await attempts()).toHaveLength(1);
  });
});
