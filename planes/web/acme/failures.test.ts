// What fails is written down with its reason and its next attempt, and an authority is not asked too much.
import { describe, expect, test } from 'vitest';
import { forward } from '../testing/forwarded.ts';
import { useWorkerFixture } from '../testing/worker-fixture.ts';
import { LIMITS } from './schedule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const here = useWorkerFixture();
const { row, worker, account } = here;
const inMinutes = (date: Date | null) => Math.round((+date! - +here.clock.now()) / MINUTE_MS);

describe('a host that cannot be proven', () => {
  test('is put off with the reason, longer each time, and issued once it can be', async () => {
    await forward(here.database.db, ['a.example', 'www.a.example']);
    here.authority.unreachable.add('www.a.example');
    const one = worker();
    for (const [failures, minutes] of [1, 5, 15, 60].entries()) {
      await one.runDue();
      const { reason, due_at, ...rest } = await row('a.example');
      expect(rest).toMatchObject({ state: 'deferred', failures: failures + 1, order_url: null });
      expect(reason).toMatch(/^www\.a\.example: Fetching .*: Connection refused \(connection\)$/);
      expect(inMinutes(due_at)).toBe(minutes);
      await one.runDue();
      expect(here.authority.orders).toHaveLength(failures + 1);
      here.clock.forward(minutes * MINUTE_MS + 1000);
    }
    here.authority.unreachable.clear();
    await one.runDue();
    expect(await row('a.example')).toMatchObject({ state: 'issued', failures: 0, reason: null });
  });

  test('does not hold up other hosts', async () => {
    await forward(here.database.db, ['bad.example', 'good.example']);
    here.authority.unreachable.add('bad.example');
    await worker().runDue();
    expect([(await row('bad.example')).state, (await row('good.example')).state]).toEqual([
      'deferred',
      'issued',
    ]);
  });

  test('that the authority will not take is put off with what it says', async () => {
    await forward(here.database.db, ['banned.example']);
    const fault = { at: 'new-order', status: 400, type: 'rejectedIdentifier', detail: 'forbidden by policy' };
    here.authority.faults.push(fault);
    await worker().runDue();
    expect(await row('banned.example')).toMatchObject({
      state: 'deferred',
      reason: 'forbidden by policy (rejectedIdentifier)',
    });
  });
});

describe('an authority that fails', () => {
  test('makes everybody wait, longer each time, and is held against no host', async () => {
    await forward(here.database.db, ['a.example']);
    const one = worker();
    for (const minutes of [1, 2, 4]) {
      here.authority.faults.push({
        at: 'new-order',
        status: 503,
        type: 'serverInternal',
        detail: 'maintenance',
      });
      await one.runDue();
      expect(await row('a.example')).toMatchObject({ failures: 0, reason: 'maintenance (serverInternal)' });
      const { paused_until, pause_reason } = await account();
      expect(pause_reason).toBe('maintenance (serverInternal)');
      expect(inMinutes(paused_until)).toBe(minutes);
      await forward(here.database.db, [`${minutes}.example`]);
      await one.runDue();
      expect(here.authority.orders).toEqual([]);
      await here.database.db.deleteFrom('published.web_forward').where('host', '!=', 'a.example').execute();
      here.clock.forward(minutes * MINUTE_MS + 1000);
    }
    await one.runDue();
    expect((await row('a.example')).state).toBe('issued');
    expect(await account()).toMatchObject({ failures: 0, paused_until: null });
  });

  test('that is not there, or is not trusted, is named as the reason', async () => {
    await forward(here.database.db, ['a.example']);
    const { directoryUrl, caPem } = here.authority;
    await worker({ acme: { directoryUrl, caPem: null, email: null } }).runDue();
    expect((await row('a.example')).reason).toMatch(
      /^127\.0\.0\.1:\d+ did not answer: self-signed certificate/,
    );
    here.clock.forward(2 * MINUTE_MS);
    const nowhere = { directoryUrl: 'https://127.0.0.1:1/directory', caPem, email: null };
    await worker({ acme: nowhere }).runDue();
    expect((await row('a.example')).reason).toMatch(/^127\.0\.0\.1:1 did not answer: .*ECONNREFUSED/);
  });

  test('is asked again for the account when it has forgotten it', async () => {
    await forward(here.database.db, ['a.example']);
    const one = worker();
    await one.runDue();
    here.authority.accounts.length = 0;
    await forward(here.database.db, ['b.example']);
    await one.runDue();
    expect((await account()).pause_reason).toContain('accountDoesNotExist');
    here.clock.forward(2 * MINUTE_MS);
    await one.runDue();
    expect((await row('b.example')).state).toBe('issued');
  });

  test('that refuses the account is named as the reason', async () => {
    await forward(here.database.db, ['a.example']);
    here.authority.faults.push({ at: 'new-account', status: 403, type: 'externalAccountRequired' });
    await worker().runDue();
    expect((await account()).pause_reason).toContain('externalAccountRequired');
  });

  test('is asked again at once when it only wants another nonce', async () => {
    await forward(here.database.db, ['a.example']);
    here.authority.faults.push({ at: 'new-order', status: 400, type: 'badNonce' });
    here.authority.faults.push({ at: 'finalize', status: 400, type: 'badNonce' });
    await worker().runDue();
    expect((await row('a.example')).state).toBe('issued');
  });
});

describe('the limits of an authority', () => {
  test('are kept when it names a time to come back: that host waits as long, the others five minutes', async () => {
    await forward(here.database.db, ['a.example']);
    const limit = { at: 'new-order', status: 429, type: 'rateLimited', retryAfterS: 7200 };
    here.authority.faults.push({ ...limit, detail: 'too many certificates' });
    const one = worker();
    await one.runDue();
    const { reason, due_at } = await row('a.example');
    expect(reason).toBe('too many certificates (rateLimited)');
    expect(inMinutes(due_at)).toBe(120);
    expect(inMinutes((await account()).paused_until)).toBe(5);
    await forward(here.database.db, ['b.example']);
    here.clock.forward(5 * MINUTE_MS + 1000);
    await one.runDue();
    expect(here.authority.orders.map(({ hosts }) => hosts)).toEqual([['b.example']]);
  });

  test('are not reached: all processes together order so many within the window, and the rest after it', async () => {
    const names = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'];
    await forward(here.database.db, names);
    const limits = { ...LIMITS, orders: { most: 3, windowMs: 3 * HOUR_MS } };
    const several = [worker({ limits }), worker({ limits })];
    const runAll = () => Promise.all(several.map((one) => one.runDue()));
    await runAll();
    await runAll();
    expect(here.authority.orders).toHaveLength(3);
    here.clock.forward(3 * HOUR_MS + 1000);
    await runAll();
    expect(here.authority.orders).toHaveLength(5);
  });

  test('are not reached for one name either, however often it becomes due', async () => {
    const { db } = here.database;
    await forward(db, ['often.example']);
    const one = worker();
    for (let run = 1; run <= 6; run += 1) {
      await one.runDue();
      await db
        .updateTable('web.certificate')
        .set({ due_at: new Date(0) })
        .execute();
    }
    expect(here.authority.orders).toHaveLength(LIMITS.sameName.most);
    here.clock.forward(LIMITS.sameName.windowMs + 1000);
    await one.runDue();
    expect(here.authority.orders).toHaveLength(LIMITS.sameName.most + 1);
  });
});
