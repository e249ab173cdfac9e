// Certificates are ordered once, renewed in time, and never lost by a process that stops.
import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { forward, log, secretBox, unforward } from '../testing/forwarded.ts';
import { useWorkerFixture } from '../testing/worker-fixture.ts';
import { LIMITS } from './schedule.ts';
import { claimDue, forgetOld } from './store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SOON = { timeout: 30_000 };

const here = useWorkerFixture();
const { row, worker } = here;
const serialOf = (pem: string | null) => new X509Certificate(pem!).serialNumber;
const ordered = () => here.authority.orders.map(({ hosts }) => hosts.join());

describe('a certificate', () => {
  test('is ordered once for a host and its www, by one of several processes', async () => {
    const names = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example', 'f.example'];
    for (const name of names) await forward(here.database.db, [name, `www.${name}`]);
    await Promise.all([worker(), worker(), worker()].map((one) => one.runDue()));
    expect(ordered().sort()).toEqual(names.map((name) => `${name},www.${name}`));
    for (const name of names) {
      expect(await row(name)).toMatchObject({ state: 'issued', covers: [name, `www.${name}`], reason: null });
    }
  });

  test('is ordered under one account, whose key all processes share', async () => {
    await forward(here.database.db, ['a.example', 'b.example', 'c.example', 'd.example', 'e.example']);
    await Promise.all([worker(), worker(), worker()].map((one) => one.runDue()));
    expect(here.authority.accounts.map(({ contact }) => contact)).toEqual([
      ['mailto:hostmaster@example.net'],
    ]);
  });

  test('is ordered again when a www comes to it, and not when it goes', async () => {
    const one = worker();
    await forward(here.database.db, ['grown.example']);
    await one.runDue();
    await forward(here.database.db, ['www.grown.example']);
    await one.runDue();
    await unforward(here.database.db, ['grown.example']);
    await one.runDue();
    expect(ordered()).toEqual(['grown.example', 'grown.example,www.grown.example']);
    expect(await row('grown.example')).toMatchObject({
      state: 'issued',
      hosts: ['www.grown.example'],
      covers: ['grown.example', 'www.grown.example'],
    });
  });

  test('is not renewed for a host that is no longer forwarded, serves it if it comes back, and is forgotten once it has run out', async () => {
    const { db } = here.database;
    const one = worker();
    await forward(db, ['gone.example']);
    await one.runDue();
    await unforward(db, ['gone.example']);
    here.clock.forward(61 * DAY_MS);
    await one.runDue();
    expect(ordered()).toHaveLength(1);
    await forgetOld(db, here.clock.now());
    expect((await row('gone.example')).hosts).toEqual([]);

    await forward(db, ['gone.example']);
    await one.runDue();
    expect(ordered()).toHaveLength(2);
    await unforward(db, ['gone.example']);
    await one.runDue();
    here.clock.forward(91 * DAY_MS);
    await forgetOld(db, here.clock.now());
    await expect(row('gone.example')).rejects.toThrow();
  });

  test('is ordered from another authority once that one is chosen, and shown from the old one until then', async () => {
    await forward(here.database.db, ['moving.example']);
    await worker().runDue();
    const { directoryUrl, caPem } = await here.anotherAuthority();
    const moved = worker({ acme: { directoryUrl, caPem, email: null } });
    await moved.runDue();
    expect((await row('moving.example')).directory_url).toBe(here.authority.directoryUrl);
    here.clock.forward(61 * MINUTE_MS);
    await moved.runDue();
    expect((await row('moving.example')).directory_url).toBe(directoryUrl);
  });
});

describe('a renewal', () => {
  test('is due at two thirds of the life, not before, and is made by one of several processes', async () => {
    await forward(here.database.db, ['old.example']);
    const issuedAt = here.clock.now();
    here.authority.validity = () => ({ notBefore: issuedAt, notAfter: new Date(+issuedAt + 90 * DAY_MS) });
    const several = [worker(), worker()];
    const runAll = () => Promise.all(several.map((one) => one.runDue()));
    await runAll();
    const first = await row('old.example');
    // Certificates know whole seconds (RFC 5280 §4.1.2.5).
    expect(Math.abs(+first.due_at - +issuedAt - 60 * DAY_MS)).toBeLessThanOrEqual(1000);
    here.clock.forward(60 * DAY_MS - MINUTE_MS);
    await runAll();
    expect(ordered()).toHaveLength(1);
    here.clock.forward(2 * MINUTE_MS);
    await runAll();
    expect(ordered()).toHaveLength(2);
    const second = await row('old.example');
    expect(serialOf(second.chain_pem)).not.toBe(serialOf(first.chain_pem));
    expect(second.key_sealed).not.toBe(first.key_sealed);
  });

  test('that fails leaves the certificate in use, and is tried again', async () => {
    await forward(here.database.db, ['kept.example']);
    const one = worker();
    await one.runDue();
    const { chain_pem } = await row('kept.example');
    here.clock.forward(61 * DAY_MS);
    here.authority.unreachable.add('kept.example');
    await one.runDue();
    expect(await row('kept.example')).toMatchObject({ state: 'deferred', chain_pem, failures: 1 });
    here.authority.unreachable.clear();
    here.clock.forward(MINUTE_MS);
    await one.runDue();
    expect(await row('kept.example')).toMatchObject({ state: 'issued', failures: 0, reason: null });
  });
});

describe('a process that stops', () => {
  test('gives back what it was ordering, and the next one goes on with the same order', async () => {
    const issue = Promise.withResolvers<void>();
    here.authority.issuing = issue.promise;
    await forward(here.database.db, ['handed.example']);
    const first = worker();
    await first.start();
    await expect.poll(() => here.authority.orders[0]?.status, SOON).toBe('processing');
    await first.close();
    expect(await row('handed.example')).toMatchObject({ state: 'deferred', failures: 0 });
    issue.resolve();
    await worker().runDue();
    expect((await row('handed.example')).state).toBe('issued');
    expect(ordered()).toEqual(['handed.example']);
  });

  test('places a new order where the authority has forgotten the old one', async () => {
    here.authority.issuing = new Promise(() => {});
    await forward(here.database.db, ['forgotten.example']);
    const first = worker();
    await first.start();
    await expect.poll(() => here.authority.orders[0]?.status, SOON).toBe('processing');
    await first.close();
    here.authority.orders.length = 0;
    here.authority.issuing = null;
    await worker().runDue();
    expect((await row('forgotten.example')).state).toBe('issued');
  });

  test('without a word leaves a claim that another one takes up when its lease has ended', async () => {
    const { db } = here.database;
    await forward(db, ['orphan.example']);
    const one = worker({ limits: { ...LIMITS, orders: { most: 0, windowMs: DAY_MS } } });
    await one.runDue();
    const { directoryUrl } = here.authority;
    const claim = { directoryUrl, most: 1, leaseMs: 15 * MINUTE_MS, limits: LIMITS };
    expect(await claimDue(db, secretBox, claim, here.clock.now())).toHaveLength(1);
    const other = worker({ log });
    await other.runDue();
    expect((await row('orphan.example')).state).toBe('ordering');
    here.clock.forward(16 * MINUTE_MS);
    await other.runDue();
    expect((await row('orphan.example')).state).toBe('issued');
  });
});
