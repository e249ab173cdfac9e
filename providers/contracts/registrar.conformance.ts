// What every registrar must do, in the order in which a new adapter meets it: first what it only reads, then a
// registration that goes well, then refusals, then requests that meet each other, then broken connections.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf, outcomesOf } from './failure.conformance.ts';
import { type FaultOptions, type Faults, faultsOf } from './faults.conformance.ts';
import type { Contact, RegisterName, Registrar, Registration } from './registrar.ts';
import { renewalConformance } from './renewal.conformance.ts';

export type RegistrarUnderTest = {
  registrar: Registrar;
  /** A name nobody has, of a top-level domain the registrar sells; another one on each call. */
  freshName(): string;
  faults?: Faults;
  cleanUp(): Promise<void>;
};

const contact: Contact = {
  first_name: 'Mara',
  last_name: 'Voss',
  email: 'ops@northpeak.example',
  address_line1: '1 Harbour Street',
  city: 'Portland',
  state: 'OR',
  country: 'US',
  postal_code: '97201',
  phone: '+15035550100',
};

/** Runs the suite against what `open` gives; `open` runs once per case. */
export const registrarConformance = (
  name: string,
  open: () => Promise<RegistrarUnderTest>,
  options: FaultOptions = {},
): void => {
  describe(`${name} as a registrar`, () => {
    let target: RegistrarUnderTest;
    let registrar: Registrar;
    let fresh: string;
    let requests = 0;

    beforeEach(async () => {
      target = await open();
      registrar = target.registrar;
      fresh = target.freshName();
    });
    afterEach(async () => {
      await target.cleanUp();
    });

    const request = (changes: Partial<RegisterName> = {}): RegisterName => ({
      name: fresh,
      years: 1,
      contact,
      nameservers: ['ns1.northpeak.example', 'ns2.northpeak.example'],
      idempotencyKey: `conformance-${process.pid}-${Date.now()}-${requests++}`,
      ...changes,
    });

    const quoteOf = async (of: string) => (await registrar.quote([of]))[0]!;

    /** Waits until the registry has decided; the test's own time limit ends a registry that never does. */
    const settled = async (of: string): Promise<Registration> => {
      for (;;) {
        const registration = await registrar.findRegistration({ name: of });
        if (!registration) throw new Error(`${of} was registered and is gone`);
        if (registration.status !== 'pending') return registration;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };

    describe('says what there is to buy', () => {
      test('sells at least one top-level domain, priced in whole micro-credits', async () => {
        const tlds = await registrar.tlds();
        expect(tlds.length).toBeGreaterThan(0);
        for (const { tld, registrationPriceMicros, renewalPriceMicros } of tlds) {
          expect(tld).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
          expect(Number.isSafeInteger(registrationPriceMicros) && registrationPriceMicros > 0, tld).toBe(
            true,
          );
          expect(Number.isSafeInteger(renewalPriceMicros) && renewalPriceMicros > 0, tld).toBe(true);
        }
      });

      test('quotes a name nobody has as available at the price of its top-level domain', async () => {
        const quote = await quoteOf(fresh);
        const tld = (await registrar.tlds()).find((sold) => fresh.endsWith(`.${sold.tld}`))!;
        expect(quote).toEqual({
          name: fresh,
          available: true,
          premium: false,
          registrationPriceMicros: tld.registrationPriceMicros,
          renewalPriceMicros: tld.renewalPriceMicros,
        });
      });

      test('answers every name asked, in the order asked', async () => {
        const names = [target.freshName(), 'nobody.sells-this-tld', target.freshName(), fresh];
        expect((await registrar.quote(names)).map((quote) => quote.name)).toEqual(names);
      });

      test('quotes nothing when asked nothing', async () => {
        expect(await registrar.quote([])).toEqual([]);
      });

      test('quotes in lower case whatever case was asked', async () => {
        expect((await quoteOf(fresh.toUpperCase())).name).toBe(fresh);
      });

      test('says that it does not sell a top-level domain instead of failing', async () => {
        expect(await quoteOf('northpeak.sells-this-nobody')).toMatchObject({
          available: false,
          unavailableReason: 'unsupported_tld',
        });
      });

      test('says that a name is malformed instead of failing', async () => {
        const tld = (await registrar.tlds())[0]!.tld;
        for (const label of ['-northpeak', 'north peak', 'north_peak', 'n'.repeat(64), '']) {
          const quote = await quoteOf(`${label}.${tld}`);
          expect(quote, label).toMatchObject({ available: false, unavailableReason: 'invalid' });
        }
      });

      test('finds no registration where there is none', async () => {
        expect(await registrar.findRegistration({ name: fresh })).toBeNull();
        expect(await registrar.findRegistration({ name: fresh, idempotencyKey: 'never-sent' })).toBeNull();
      });
    });

    describe('registers a name', () => {
      test('and answers with the registration, on its way or done', async () => {
        const registration = await registrar.register(request());
        expect(registration).toMatchObject({
          name: fresh,
          nameservers: ['ns1.northpeak.example', 'ns2.northpeak.example'],
        });
        expect(registration.registrationId).not.toBe('');
        expect(['pending', 'active']).toContain(registration.status);
      });

      test('which becomes active and runs out after the years paid for', async () => {
        await registrar.register(request({ years: 2 }));
        const { status, registeredAt, expiresAt } = await settled(fresh);
        expect(status).toBe('active');
        expect(new Date(expiresAt!).getUTCFullYear() - new Date(registeredAt!).getUTCFullYear()).toBe(2);
      });

      test("for the account's own contact when none is given", async () => {
        expect((await registrar.register(request({ contact: null }))).name).toBe(fresh);
      });

      test('and finds it again by its name, and by name and key', async () => {
        const sent = request();
        const { registrationId } = await registrar.register(sent);
        const byName = await registrar.findRegistration({ name: fresh });
        const byKey = await registrar.findRegistration({ name: fresh, idempotencyKey: sent.idempotencyKey });
        expect([byName?.registrationId, byKey?.registrationId]).toEqual([registrationId, registrationId]);
      });

      test('which is then taken for everybody who asks', async () => {
        await registrar.register(request());
        expect(await quoteOf(fresh)).toMatchObject({ available: false, unavailableReason: 'taken' });
      });

      test('and points it at other nameservers afterwards', async () => {
        await registrar.register(request());
        await settled(fresh);
        await registrar.setNameservers(fresh, ['ns9.northpeak.example', 'ns8.northpeak.example']);
        expect((await registrar.findRegistration({ name: fresh }))?.nameservers).toEqual([
          'ns9.northpeak.example',
          'ns8.northpeak.example',
        ]);
      });
    });

    describe('refuses', () => {
      test('a number of years that no registry takes', async () => {
        for (const years of [0, 11, 1.5]) {
          expect((await failureOf(registrar.register(request({ years })))).kind).toBe('rejected');
        }
        expect(await registrar.findRegistration({ name: fresh })).toBeNull();
      });

      test('a registrant without an e-mail address', async () => {
        const withoutEmail = request({ contact: { ...contact, email: '' } });
        expect((await failureOf(registrar.register(withoutEmail))).kind).toBe('rejected');
        expect(await registrar.findRegistration({ name: fresh })).toBeNull();
      });

      test('a name of a top-level domain it does not sell', async () => {
        const failure = await failureOf(registrar.register(request({ name: 'northpeak.sells-this-nobody' })));
        expect(failure.kind).toBe('rejected');
      });

      test('a name that somebody has, and leaves it with its holder', async () => {
        const first = await registrar.register(request());
        const failure = await failureOf(registrar.register(request()));
        expect(failure).toMatchObject({ kind: 'conflict', reason: 'name_taken' });
        expect((await registrar.findRegistration({ name: fresh }))?.registrationId).toBe(
          first.registrationId,
        );
      });

      test('to change the nameservers of a name it does not hold', async () => {
        const failure = await failureOf(registrar.setNameservers(fresh, ['ns1.northpeak.example']));
        expect(failure.kind).toBe('notFound');
      });
    });

    describe('acts once per key', () => {
      test('when the same request comes again', async () => {
        const sent = request();
        const first = await registrar.register(sent);
        const again = await registrar.register(sent);
        expect(again.registrationId).toBe(first.registrationId);
      });

      test('when the same request comes several times at once, and tells none of them the name is taken', async () => {
        const sent = request();
        const { values, failures } = await outcomesOf(
          Array.from({ length: 4 }, () => registrar.register(sent)),
        );
        const held = await registrar.findRegistration({ name: fresh });
        expect(new Set(values.map((value) => value.registrationId))).toEqual(new Set([held?.registrationId]));
        // A caller told `conflict` would give the name up that its own twin has just bought.
        for (const { kind } of failures)
          expect(['transient', 'rateLimited', 'outcomeUnknown']).toContain(kind);
      });
    });

    test('gives a name that several ask for at once to one of them, and tells the others it is taken', async () => {
      const asked = [request(), request(), request(), request()];
      const { values, failures } = await outcomesOf(asked.map((sent) => registrar.register(sent)));
      expect(values).toHaveLength(1);
      expect(failures.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(
        Array(3).fill('conflict name_taken'),
      );
      expect((await registrar.findRegistration({ name: fresh }))?.registrationId).toBe(
        values[0]!.registrationId,
      );
    });

    renewalConformance(
      () => ({
        registrar,
        fresh,
        target,
        register: async () => {
          await registrar.register(request());
          return settled(fresh);
        },
      }),
      options,
    );

    if (options.faults === false) return;

    describe('when things go wrong on the way', () => {
      test.for(options.failureKinds ?? (['transient'] as const))(
        'says %s when it is, has done nothing, and does it when asked again',
        async (kind) => {
          const sent = request();
          faultsOf(target).failNext(kind);
          expect((await failureOf(registrar.register(sent))).kind).toBe(kind);
          expect(await registrar.findRegistration({ name: fresh })).toBeNull();
          expect((await registrar.register(sent)).name).toBe(fresh);
        },
      );

      test('a slow answer is as right as a quick one', async () => {
        faultsOf(target).slow(50);
        const { values, failures } = await outcomesOf([
          registrar.register(request()),
          registrar.register(request()),
        ]);
        expect(values).toHaveLength(1);
        expect(failures[0]).toMatchObject({ kind: 'conflict', reason: 'name_taken' });
      });

      test('a connection that died before the registry acted leaves nothing, and the repeat registers', async () => {
        const sent = request();
        faultsOf(target).timeOutBeforeActing();
        expect((await failureOf(registrar.register(sent))).kind).toBe('outcomeUnknown');
        expect(
          await registrar.findRegistration({ name: fresh, idempotencyKey: sent.idempotencyKey }),
        ).toBeNull();
        expect((await quoteOf(fresh)).available).toBe(true);
        const registration = await registrar.register(sent);
        expect((await registrar.findRegistration({ name: fresh }))?.registrationId).toBe(
          registration.registrationId,
        );
      });

      test('a connection that died after the registry acted leaves a registration to be found', async () => {
        const sent = request();
        faultsOf(target).timeOutAfterActing();
        expect((await failureOf(registrar.register(sent))).kind).toBe('outcomeUnknown');
        const found = await registrar.findRegistration({ name: fresh, idempotencyKey: sent.idempotencyKey });
        expect(found?.name).toBe(fresh);
        expect((await quoteOf(fresh)).unavailableReason).toBe('taken');
      });

      test('repeating the request whose answer was lost finds what it registered, not a second one', async () => {
        const sent = request();
        faultsOf(target).timeOutAfterActing();
        await failureOf(registrar.register(sent));
        const found = await registrar.findRegistration({ name: fresh, idempotencyKey: sent.idempotencyKey });
        expect((await registrar.register(sent)).registrationId).toBe(found?.registrationId);
      });

      test('a name whose answer was lost is taken for every other request', async () => {
        const sent = request();
        const other = request();
        faultsOf(target).timeOutAfterActing();
        await failureOf(registrar.register(sent));
        expect(await failureOf(registrar.register(other))).toMatchObject({
          kind: 'conflict',
          reason: 'name_taken',
        });
        expect(
          await registrar.findRegistration({ name: fresh, idempotencyKey: other.idempotencyKey }),
        ).toBeNull();
      });
    });
  });
};
