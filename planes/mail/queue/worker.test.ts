// Proves that workers share the queue, survive each other, and stop without losing anything.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { type QueueFixture, startQueueFixture } from '../testing/queue-fixture.ts';
import { KEPT_FOR_MS } from './housekeeping.ts';
import { type ClaimedRecipient, claimDue } from './store.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };

const database = useTestDatabase();
let queue: QueueFixture;
const MINUTE_MS = 60_000;

beforeEach(async () => {
  queue = await startQueueFixture(database);
});
afterEach(() => queue.close());

describe('several workers', () => {
  it('deliver every recipient exactly once between them', async () => {
    const recipients = Array.from({ length: 40 }, (_, n) => `r${n}@elsewhere.example`);
    await queue.put(recipients);
    await Promise.all([queue.worker().runDue(), queue.worker().runDue(), queue.worker().runDue()]);
    expect(queue.remote.taken.map(({ to }) => to).sort()).toEqual([...recipients].sort());
  });

  it('take over from one that died between claim and result, when its lease ends and not before', async () => {
    await queue.put(['a@elsewhere.example']);
    const dead = { id: newId(), leaseMs: 2 * MINUTE_MS };
    const limits = { total: 10, perDomain: 10, busy: new Map() };
    expect(await claimDue(database.db, dead, queue.clock.now(), limits)).toHaveLength(1);
    const survivor = queue.worker();
    await queue.clock.advance(2 * MINUTE_MS - 1);
    await survivor.runDue();
    expect(queue.remote.taken).toEqual([]);
    await queue.clock.advance(1);
    await survivor.runDue();
    expect(queue.remote.taken).toHaveLength(1);
    expect(await queue.states()).toEqual(['a@elsewhere.example delivered']);
  });

  it('ignore the late result of one whose claim was taken over', async () => {
    await queue.put(['a@elsewhere.example'], { sender: 'ann@elsewhere.example' });
    const finish = Promise.withResolvers<void>();
    const claimed = Promise.withResolvers<ClaimedRecipient>();
    const slow = queue.worker(
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
    await queue.clock.advance(2 * MINUTE_MS);
    await queue.worker().runDue();
    finish.resolve();
    await running;
    expect(await queue.states()).toEqual(['a@elsewhere.example delivered']);
  });
});

describe('limits of a worker', () => {
  it('keep one slow destination from holding up the others', async () => {
    queue.dns.add('slow.example', 'MX', { preference: 10, exchange: 'mx.elsewhere.example' });
    const hold = Promise.withResolvers<void>();
    let slowInFlight = 0;
    let mostSlowInFlight = 0;
    queue.remote.whileTaking(async ({ to }) => {
      if (!to.endsWith('@slow.example')) return;
      slowInFlight += 1;
      mostSlowInFlight = Math.max(mostSlowInFlight, slowInFlight);
      await hold.promise;
      slowInFlight -= 1;
    });
    await queue.put(Array.from({ length: 8 }, (_, n) => `s${n}@slow.example`));
    await queue.clock.advance(1);
    await queue.put(['fast@elsewhere.example']);
    const running = queue.worker({}, { maxInFlight: 4, maxPerDomain: 2 }).runDue();
    await expect.poll(() => queue.remote.taken.map(({ to }) => to), SOON).toEqual(['fast@elsewhere.example']);
    await expect.poll(() => slowInFlight, SOON).toBe(2);
    hold.resolve();
    await running;
    expect(queue.remote.taken).toHaveLength(9);
    expect(mostSlowInFlight).toBe(2);
  });
});

describe('a running worker', () => {
  it('is woken by new mail, and by the clock for mail that is due again', async () => {
    queue.remote.refuse('rcpt', '451 4.7.1 Greylisted');
    const running = queue.worker();
    await running.start();
    await queue.put(['a@elsewhere.example']);
    await expect.poll(async () => (await queue.rows())[0]?.state, SOON).toBe('deferred');
    queue.remote.refuse('rcpt', null);
    await expect
      .poll(async () => {
        await queue.clock.advance(5000);
        return (await queue.rows())[0]?.state;
      }, SOON)
      .toBe('delivered');
  });

  it('renews its leases while it works, so that nobody takes over', async () => {
    const hold = Promise.withResolvers<void>();
    queue.remote.whileTaking(() => hold.promise);
    await queue.put(['a@elsewhere.example']);
    const running = queue.worker();
    await running.start();
    await expect.poll(async () => (await queue.rows())[0]?.state, SOON).toBe('sending');
    for (let minutes = 0; minutes < 10; minutes += 1) {
      const dueMs = (await queue.rows())[0]?.due_at?.getTime() ?? 0;
      await queue.clock.advance(MINUTE_MS);
      await expect.poll(async () => (await queue.rows())[0]?.due_at?.getTime(), SOON).toBeGreaterThan(dueMs);
    }
    await queue.worker().runDue();
    hold.resolve();
    await expect.poll(async () => (await queue.rows())[0]?.state, SOON).toBe('delivered');
    expect(queue.remote.taken).toHaveLength(1);
  });

  it('tries again what it could not settle, and keeps what it is busy with', async () => {
    const busy = Promise.withResolvers<never>();
    const tries = { failing: 0, slow: 0 };
    const deliver = ({ address }: ClaimedRecipient) => {
      const name = address.startsWith('failing@') ? 'failing' : 'slow';
      tries[name] += 1;
      return name === 'slow' ? busy.promise : Promise.reject(new Error('the database went away'));
    };
    await queue.put(['failing@elsewhere.example', 'slow@elsewhere.example']);
    await queue.worker({}, { deliver }).start();
    await expect.poll(() => tries, SOON).toEqual({ failing: 1, slow: 1 });
    const slowDueMs = async () => (await queue.rows())[1]?.due_at?.getTime();
    for (let minutes = 0; minutes < 4; minutes += 1) {
      const before = (await slowDueMs()) ?? 0;
      await queue.clock.advance(MINUTE_MS);
      await expect.poll(slowDueMs, SOON).toBeGreaterThan(before);
    }
    await expect.poll(() => tries.failing, SOON).toBeGreaterThan(1);
    expect(tries.slow).toBe(1);
    busy.reject(new Error('the test is over'));
  });

  it('finishes what is in flight when it is closed, and gives back what does not end in time', async () => {
    const hold = Promise.withResolvers<void>();
    queue.remote.whileTaking(() => hold.promise);
    await queue.put(['a@elsewhere.example']);
    const finishing = queue.worker();
    await finishing.start();
    await expect.poll(async () => (await queue.rows())[0]?.state, SOON).toBe('sending');
    const closing = finishing.close();
    hold.resolve();
    await closing;
    expect(await queue.states()).toEqual(['a@elsewhere.example delivered']);

    queue.remote.whileTaking(() => new Promise(() => {}));
    await queue.put(['b@elsewhere.example']);
    const stuck = queue.worker();
    await stuck.start();
    await expect.poll(async () => (await queue.rows())[1]?.state, SOON).toBe('sending');
    await stuck.close(0);
    expect((await queue.rows())[1]).toMatchObject({ state: 'deferred' });
  });
});

describe('housekeeping', () => {
  it('keeps the content of a message until all its recipients have it, and no longer', async () => {
    await queue.put(['a@elsewhere.example', 'b@missing.example'], { sender: '' });
    await queue.worker().runDue();
    const content = async () => (await queue.rows()).map(({ state, raw }) => [state, raw !== null]);
    expect(await content()).toEqual([
      ['delivered', true],
      ['bounced', true],
    ]);
    await queue.put(['c@elsewhere.example']);
    await queue.worker().runDue();
    expect((await content()).at(-1)).toEqual(['delivered', false]);
  });

  it('deletes settled mail after 30 days with its history, and never mail that waits', async () => {
    await queue.put(['a@elsewhere.example']);
    await queue.worker().runDue();
    queue.remote.refuse('rcpt', '451 4.7.1 Greylisted');
    await queue.put(['b@elsewhere.example']);
    await queue.worker().runDue();
    await queue.clock.advance(KEPT_FOR_MS + 1);
    await queue.keepHouse(true);
    expect(await queue.states()).toEqual(['b@elsewhere.example deferred']);
    expect(await queue.attempts()).toHaveLength(1);
  });
});
