// What every registrar must do when it renews a name; part of the suite in `registrar.conformance.ts`.
import { describe, expect, test } from 'vitest';
import { failureOf, outcomesOf } from './failure.conformance.ts';
import { type FaultOptions, type Faults, faultsOf } from './faults.conformance.ts';
import type { Registrar, Registration, RenewName } from './registrar.ts';

/** The case under way: a registrar, and a name that is free until `register` registers it for a year. */
export type RenewalCase = {
  registrar: Registrar;
  fresh: string;
  /** Registers the name and waits until it is active. */
  register(): Promise<Registration>;
  target: { faults?: Faults };
};

export const renewalConformance = (current: () => RenewalCase, options: FaultOptions): void => {
  let requests = 0;
  const request = (expiresAt: string, changes: Partial<RenewName> = {}): RenewName => ({
    name: current().fresh,
    years: 1,
    expiresAt,
    idempotencyKey: `renewal-${process.pid}-${Date.now()}-${requests++}`,
    ...changes,
  });
  const registered = async (): Promise<string> => (await current().register()).expiresAt!;
  const expiresAt = async () =>
    (await current().registrar.findRegistration({ name: current().fresh }))!.expiresAt!;
  const yearsBetween = (from: string, to: string) =>
    new Date(to).getUTCFullYear() - new Date(from).getUTCFullYear();

  describe('renews a name', () => {
    test('for the years asked, from when it ran out', async () => {
      const before = await registered();
      const renewal = await current().registrar.renew(request(before, { years: 2 }));
      expect(renewal).toMatchObject({ name: current().fresh, years: 2 });
      expect(yearsBetween(before, renewal.expiresAt)).toBe(2);
      expect(await expiresAt()).toBe(renewal.expiresAt);
    });

    test('once per key, and finds what it did', async () => {
      const sent = request(await registered());
      expect(await current().registrar.findRenewal(sent)).toBeNull();
      const renewal = await current().registrar.renew(sent);
      expect(await current().registrar.renew(sent)).toEqual(renewal);
      expect(await current().registrar.findRenewal(sent)).toEqual(renewal);
      expect(await expiresAt()).toBe(renewal.expiresAt);
    });

    test('once when the same request comes several times at once', async () => {
      const before = await registered();
      const sent = request(before);
      const { failures } = await outcomesOf(Array.from({ length: 4 }, () => current().registrar.renew(sent)));
      expect(yearsBetween(before, await expiresAt())).toBe(1);
      for (const { kind } of failures) expect(['transient', 'rateLimited', 'outcomeUnknown']).toContain(kind);
    });

    test('once when two requests start from the same expiry', async () => {
      const before = await registered();
      const { values, failures } = await outcomesOf(
        [request(before), request(before)].map((sent) => current().registrar.renew(sent)),
      );
      expect(values).toHaveLength(1);
      expect(failures[0]).toMatchObject({ kind: 'conflict', reason: 'expiry_changed' });
      expect(yearsBetween(before, await expiresAt())).toBe(1);
    });

    test('that it holds, for years that a registry takes', async () => {
      const nobodys = request(new Date().toISOString());
      expect((await failureOf(current().registrar.renew(nobodys))).kind).toBe('notFound');
      const before = await registered();
      for (const years of [0, 11, 1.5]) {
        const failure = await failureOf(current().registrar.renew(request(before, { years })));
        expect(failure.kind, String(years)).toBe('rejected');
      }
      const failure = await failureOf(current().registrar.renew(request(before, { years: 10 })));
      expect(failure).toMatchObject({ kind: 'rejected', reason: 'renewal_too_long' });
      expect(await expiresAt()).toBe(before);
    });
  });

  if (options.faults === false) return;

  describe('when things go wrong while renewing', () => {
    test.for(options.failureKinds ?? (['transient'] as const))(
      'says %s when it is, has done nothing, and does it when asked again',
      async (kind) => {
        const before = await registered();
        const sent = request(before);
        faultsOf(current().target).failNext(kind);
        expect((await failureOf(current().registrar.renew(sent))).kind).toBe(kind);
        expect(await expiresAt()).toBe(before);
        await current().registrar.renew(sent);
        expect(yearsBetween(before, await expiresAt())).toBe(1);
      },
    );

    test('a connection that died before the registry acted leaves nothing, and the repeat renews', async () => {
      const before = await registered();
      const sent = request(before);
      faultsOf(current().target).timeOutBeforeActing();
      expect((await failureOf(current().registrar.renew(sent))).kind).toBe('outcomeUnknown');
      expect(await current().registrar.findRenewal(sent)).toBeNull();
      await current().registrar.renew(sent);
      expect(yearsBetween(before, await expiresAt())).toBe(1);
    });

    test('a connection that died after the registry acted leaves a renewal to be found, not a second one', async () => {
      const before = await registered();
      const sent = request(before);
      faultsOf(current().target).timeOutAfterActing();
      expect((await failureOf(current().registrar.renew(sent))).kind).toBe('outcomeUnknown');
      const found = await current().registrar.findRenewal(sent);
      expect(found).toMatchObject({ name: current().fresh, years: 1 });
      expect(await current().registrar.renew(sent)).toEqual(found);
      expect(await expiresAt()).toBe(found!.expiresAt);
    });
  });
};
