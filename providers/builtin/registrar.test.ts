// The built-in registry: the role's conformance, twice, and what is its own.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../database/clock.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { failureOf, outcomesOf } from '../contracts/failure.conformance.ts';
import { registrarConformance } from '../contracts/registrar.conformance.ts';
import type { Contact, RegisterName, Registrar } from '../contracts/registrar.ts';
import { createRegistrar } from './registrar.ts';
import { behaviourOf, misbehaviours, type RegistryBehaviour } from './registry-behaviour.ts';
import { openFaultyDatabase } from './testing.ts';

const database = useTestDatabase();

const [com, net, org, shop] = [12_500_000, 13_500_000, 11_500_000, 4_500_000];
const sold = Object.entries({ com, net, org, shop }).map(([tld, priceMicros]) => ({
  tld,
  registrationPriceMicros: priceMicros,
  renewalPriceMicros: priceMicros,
}));
const tlds = async () => sold;

let names = 0;
const freshName = (suffix = '', tld = 'com') => `getnorthpeak${names++}${suffix}.${tld}`;

registrarConformance(
  'the built-in registry',
  async () => {
    const behaviour: RegistryBehaviour = {};
    return {
      registrar: createRegistrar({ db: database.db, clock: systemClock, settings: { tlds, behaviour } }),
      freshName,
      faults: {
        timeOutAfterActing: () => Object.assign(behaviour, { losesFirstAnswer: true }),
        timeOutBeforeActing: () => Object.assign(behaviour, { failsFirst: 'outcomeUnknown' }),
        failNext: (kind) => Object.assign(behaviour, { failsFirst: kind }),
        slow: (ms) => Object.assign(behaviour, { delayMs: ms }),
      },
      cleanUp: async () => {},
    };
  },
  { failureKinds: ['transient', 'rateLimited', 'rejected', 'insufficientFunds', 'unauthorized'] },
);

registrarConformance('the built-in registry whose database connection breaks', async () => {
  const { db, faults, close } = await openFaultyDatabase(database.url);
  return {
    registrar: createRegistrar({ db, clock: systemClock, settings: { tlds } }),
    freshName,
    faults,
    cleanUp: close,
  };
});

describe('the built-in registry', () => {
  let clock: VirtualClock;
  let registrar: Registrar;
  const open = (behaviour?: RegistryBehaviour) =>
    createRegistrar({ db: database.db, clock, settings: { tlds, behaviour } });

  beforeEach(() => {
    clock = new VirtualClock();
    registrar = open();
  });
  afterEach(() => {
    expect(clock.sleeping).toBe(0);
  });

  const contact: Contact = {
    first_name: 'Mara',
    last_name: 'Voss',
    email: 'ops@northpeak.example',
    address_line1: '1 Harbour Street',
    city: 'Portland',
    state: 'OR',
    country: 'US',
    postal_code: '97201',
  };
  const request = (name: string, changes: Partial<RegisterName> = {}): RegisterName => ({
    name,
    years: 1,
    contact,
    nameservers: ['ns1.northpeak.example'],
    idempotencyKey: `key of ${name}`,
    ...changes,
  });
  const reasonsOf = async (quoted: string[]) =>
    (await registrar.quote(quoted)).map((quote) => quote.unavailableReason ?? 'available');

  test('sells the top-level domains that the installation lists, at their listed prices', async () => {
    expect(await registrar.tlds()).toEqual(sold);
  });

  test('knows well-known names as taken under every top-level domain', async () => {
    const reserved = await database.db.selectFrom('registry.reserved_name').select('label').execute();
    expect(reserved.length).toBeGreaterThan(300);
    const known = ['google', 'amazon', 'apple', 'coca-cola', 'marketing'];
    const everywhere = known.flatMap((label) =>
      ['com', 'net', 'org', 'shop'].map((tld) => `${label}.${tld}`),
    );
    expect(new Set(await reasonsOf(everywhere))).toEqual(new Set(['taken']));
    expect(await failureOf(registrar.register(request('google.com')))).toMatchObject({
      kind: 'conflict',
      reason: 'name_taken',
    });
  });

  test('has no free name of fewer than four characters', async () => {
    expect(await reasonsOf(['a.com', 'q7.net', 'q7x.org', 'q7x9.shop'])).toEqual([
      'taken',
      'taken',
      'taken',
      'available',
    ]);
  });

  test('bans names made to pass for the sign-in page of a brand, and leaves names that only contain its letters', async () => {
    const banned = [
      'paypal-login.com',
      'secure-paypal.net',
      'my-applesupport.shop',
      'paypa1.com',
      'buy-viagra.org',
    ];
    expect(new Set(await reasonsOf(banned))).toEqual(new Set(['banned']));
    expect(await reasonsOf(['paypal-login.io', 'getnorthpeak.io'])).toEqual(['banned', 'unsupported_tld']);
    expect(await reasonsOf(['pineappleaccounting.com', 'applegarth.com', 'verify-northpeak.com'])).toEqual([
      'available',
      'available',
      'available',
    ]);
    expect(await failureOf(registrar.register(request('paypal-login.com')))).toMatchObject({
      kind: 'rejected',
      reason: 'name_banned',
    });
  });

  test('takes internationalised names as A-labels, and no other spelling of them', async () => {
    const name = 'xn--mnchen-nordgipfel-22b.com';
    expect(
      await reasonsOf([name, 'münchen-nordgipfel.com', 'xn--zzzzzzzz99999.com', 'ab--nordgipfel.com']),
    ).toEqual(['available', 'invalid', 'invalid', 'invalid']);
    expect((await registrar.register(request(name))).name).toBe(name);
  });

  test('sells one label in front of a top-level domain, not names below it', async () => {
    expect(await reasonsOf(['mail.getnorthpeak.com', 'com', '.com', 'getnorthpeak.com.'])).toEqual([
      'invalid',
      'invalid',
      'invalid',
      'invalid',
    ]);
  });

  test('sells a top-level domain of two labels once it is listed', async () => {
    const row = { tld: 'co.example', registrationPriceMicros: 7, renewalPriceMicros: 8 };
    const settings = { tlds: async () => [row] };
    registrar = createRegistrar({ db: database.db, clock, settings });
    expect(await registrar.quote(['getnorthpeak.co.example'])).toEqual([
      {
        name: 'getnorthpeak.co.example',
        available: true,
        premium: false,
        registrationPriceMicros: 7,
        renewalPriceMicros: 8,
      },
    ]);
  });

  test('refuses a registrant, a country or nameservers that no registry would take', async () => {
    const name = freshName();
    const sent = request(name);
    const bad: [Partial<RegisterName>, string][] = [
      [{ contact: { ...contact, city: ' ' } }, 'invalid_contact'],
      [{ contact: { ...contact, email: 'ops' } }, 'invalid_contact'],
      [{ contact: { ...contact, country: 'USA' } }, 'invalid_contact'],
      [{ nameservers: [] }, 'invalid_nameservers'],
      [{ nameservers: ['ns1'] }, 'invalid_nameservers'],
      [{ nameservers: Array(14).fill('ns1.northpeak.example') }, 'invalid_nameservers'],
    ];
    for (const [changes, reason] of bad) {
      expect(await failureOf(registrar.register({ ...sent, ...changes }))).toMatchObject({
        kind: 'rejected',
        reason,
      });
    }
    expect(await registrar.findRegistration({ name })).toBeNull();
  });

  test('refuses a key that registered another name, and leaves the other name free', async () => {
    const [first, second] = [freshName(), freshName()];
    await registrar.register(request(first, { idempotencyKey: `shared by ${first}` }));
    expect(
      await failureOf(registrar.register(request(second, { idempotencyKey: `shared by ${first}` }))),
    ).toMatchObject({ kind: 'conflict', reason: 'idempotency_key_reused' });
    expect(await reasonsOf([second])).toEqual(['available']);
  });

  test('gives one of twenty requests for a name the name, each request keeping its own answer when repeated', async () => {
    const name = freshName();
    const requests = Array.from({ length: 20 }, (_, index) =>
      request(name, { idempotencyKey: `${name} ${index % 10}` }),
    );
    const { values, failures } = await outcomesOf(requests.map((sent) => registrar.register(sent)));
    expect(new Set(values.map((registration) => registration.registrationId)).size).toBe(1);
    expect(values).toHaveLength(2);
    expect(new Set(failures.map((failure) => failure.reason))).toEqual(new Set(['name_taken']));
  });

  test('activates a registration when its delay is over, and not before', async () => {
    const name = freshName();
    registrar = open({ activationDelayMs: 60_000 });
    expect(await registrar.register(request(name, { years: 3 }))).toMatchObject({
      status: 'pending',
      registeredAt: null,
      expiresAt: null,
    });
    expect(await failureOf(registrar.setNameservers(name, ['ns2.northpeak.example']))).toMatchObject({
      kind: 'conflict',
      reason: 'registration_pending',
    });
    await clock.advance(59_999);
    expect((await registrar.findRegistration({ name }))?.status).toBe('pending');
    await clock.advance(1);
    expect(await registrar.findRegistration({ name })).toMatchObject({
      status: 'active',
      registeredAt: '2026-01-01T00:01:00.000Z',
      expiresAt: '2029-01-01T00:01:00.000Z',
    });
  });

  test('misbehaves for every name as the settings say', async () => {
    registrar = open({ ...behaviourOf(['busy', 'times-out-after']), delayMs: 1_000 });
    const sent = request(freshName());
    const answer = async (call: Promise<unknown>) => {
      await clock.advance(1_000);
      return call;
    };
    expect((await failureOf(answer(registrar.register(sent)))).kind).toBe('transient');
    expect((await failureOf(answer(registrar.register(sent)))).kind).toBe('outcomeUnknown');
    expect(await answer(registrar.register(sent))).toMatchObject({ status: 'active' });
    expect(await answer(registrar.quote([sent.name]))).toMatchObject([{ unavailableReason: 'taken' }]);
  });

  describe('misbehaves on request: a name that contains', () => {
    const register = (suffix: string) => {
      const name = freshName(suffix);
      return { name, sent: request(name) };
    };

    test('-fails-registration is refused however often it is tried', async () => {
      const { name, sent } = register('-fails-registration');
      const refusal = { kind: 'rejected', reason: 'registry_refused' };
      expect(await failureOf(registrar.register(sent))).toMatchObject(refusal);
      expect(await failureOf(registrar.register(sent))).toMatchObject(refusal);
      expect(await registrar.findRegistration({ name })).toBeNull();
    });

    test('-fails-later is accepted, fails, and is free again', async () => {
      const { name, sent } = register('-fails-later');
      expect((await registrar.register(sent)).status).toBe('pending');
      expect(await reasonsOf([name])).toEqual(['taken']);
      await clock.advance(2_000);
      expect(await registrar.findRegistration({ name })).toMatchObject({
        status: 'failed',
        failureReason: 'The registry could not complete the registration.',
        expiresAt: null,
      });
      expect(await reasonsOf([name])).toEqual(['available']);
    });

    test('-busy fails once for each request and then goes through', async () => {
      const { sent } = register('-busy');
      expect((await failureOf(registrar.register(sent))).kind).toBe('transient');
      expect((await registrar.register(sent)).status).toBe('active');
    });

    test('-times-out-before loses the first request', async () => {
      const { name, sent } = register('-times-out-before');
      expect((await failureOf(registrar.register(sent))).kind).toBe('outcomeUnknown');
      expect(await registrar.findRegistration({ name })).toBeNull();
      expect((await registrar.register(sent)).status).toBe('active');
    });

    test('-times-out-after is registered although the first answer is lost', async () => {
      const { name, sent } = register('-times-out-after');
      expect((await failureOf(registrar.register(sent))).kind).toBe('outcomeUnknown');
      const found = await registrar.findRegistration({ name, idempotencyKey: sent.idempotencyKey });
      expect(found?.status).toBe('active');
      expect(await registrar.register(sent)).toEqual(found);
    });

    test('-slow takes three seconds', async () => {
      const { name, sent } = register('-slow');
      const registration = registrar.register(sent);
      await clock.advance(2_999);
      expect(await registrar.findRegistration({ name })).toBeNull();
      await clock.advance(1);
      expect((await registration).status).toBe('active');
    });

    test('-taken-late is quoted as available and lost to somebody else', async () => {
      const { name, sent } = register('-taken-late');
      expect(await reasonsOf([name])).toEqual(['available']);
      expect(await failureOf(registrar.register(sent))).toMatchObject({
        kind: 'conflict',
        reason: 'name_taken',
      });
    });

    test('-fails-renewal is registered and never renewed', async () => {
      const { name, sent } = register('-fails-renewal');
      const { expiresAt } = await registrar.register(sent);
      const renewal = { name, years: 1, expiresAt: expiresAt!, idempotencyKey: `renewal of ${name}` };
      const refusal = { kind: 'rejected', reason: 'registry_refused' };
      expect(await failureOf(registrar.renew(renewal))).toMatchObject(refusal);
      expect(await failureOf(registrar.renew(renewal))).toMatchObject(refusal);
      expect((await registrar.findRegistration({ name }))?.expiresAt).toBe(expiresAt);
    });

    test('anything else behaves, and everything that does not is listed in the README', async () => {
      const readme = await readFile(`${import.meta.dirname}/README.md`, 'utf8');
      const listed = [...readme.matchAll(/^\| `(-[a-z-]+)` +\|/gm)].map((match) => match[1]);
      expect(listed).toEqual(Object.keys(misbehaviours).map((word) => `-${word}`));
    });
  });
});
