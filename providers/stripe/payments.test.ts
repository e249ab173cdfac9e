// Stripe does what every payment vendor must do, measured against its fake, and what is its own.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from '../contracts/failure.conformance.ts';
import { paymentsConformance } from '../contracts/payments.conformance.ts';
import type { Payments } from '../contracts/payments.ts';
import { startFake } from './fake.ts';
import { createFakePayments } from './fake-payments.ts';
import { createStripePayments } from './stripe.ts';

const open = async () => {
  const world = createFakePayments();
  const fake = await startFake(world.routes);
  const settings = {
    secretKey: fake.secretKey,
    webhookSecret: world.webhookSecret,
    baseUrl: fake.baseUrl,
    publicUrl: () => 'https://inboxkit.example',
  };
  return { world, fake, settings, payments: createStripePayments(settings, () => new Date()) };
};

paymentsConformance(
  'Stripe',
  async () => {
    const { world, fake, payments } = await open();
    return {
      payments,
      person: {
        pay: async ({ sessionId }, card) => world.pay(sessionId, card),
        isDeclined: async ({ sessionId }) => world.decline(sessionId),
      },
      bank: {
        refund: async (reference) => world.refund(reference),
        dispute: async (reference) => world.dispute(reference),
        winDispute: async (reference) => world.winDispute(reference),
      },
      notices: async () => world.notices(),
      faults: fake.faults,
      cleanUp: fake.close,
    };
  },
  { failureKinds: ['transient', 'rateLimited', 'unauthorized', 'outcomeUnknown'] },
);

describe('Stripe', () => {
  let opened: Awaited<ReturnType<typeof open>>;
  let payments: Payments;
  let customerId: string;
  beforeEach(async () => {
    opened = await open();
    payments = opened.payments;
    customerId = await payments.customer({ reference: crypto.randomUUID(), name: 'Northpeak' });
  });
  afterEach(() => opened.fake.close());

  const checkout = (lastsMs: number) => ({
    reference: crypto.randomUUID(),
    customerId,
    lines: [{ description: 'x'.repeat(400), amountCents: 500 }],
    keepMethod: true,
    returnUrl: null,
    expiresAt: new Date(Date.now() + lastsMs),
  });

  test('sums up what goes beyond the hundred lines that Stripe takes', async () => {
    const lines = Array.from({ length: 130 }, (_, at) => ({
      description: `${at}.com`,
      amountCents: 100 + at,
    }));
    const request = { ...checkout(3_600_000), lines };
    const { sessionId } = await payments.openCheckout(request);
    const query = { reference: request.reference, customerId, sessionId, askedAt: new Date() };
    const amountCents = lines.reduce((sum, line) => sum + line.amountCents, 0);
    expect(await payments.findPayment(query)).toMatchObject({ amountCents });
  });

  test('keeps a session for as long as Stripe takes it: half an hour to a day', async () => {
    for (const [lastsMs, atLeastMs, atMostMs] of [
      [0, 30 * 60_000, 32 * 60_000],
      [30 * 24 * 3_600_000, 23 * 3_600_000, 24 * 3_600_000],
    ] as const) {
      const { expiresAt } = await payments.openCheckout(checkout(lastsMs));
      const leftMs = expiresAt.getTime() - Date.now();
      expect(leftMs).toBeGreaterThan(atLeastMs);
      expect(leftMs).toBeLessThan(atMostMs);
    }
  });

  test('asks for money by one request that moves it, and never confirms an intent twice', async () => {
    const session = checkout(3_600_000);
    const { sessionId } = await payments.openCheckout(session);
    opened.world.pay(sessionId, 'pays');
    opened.fake.faults.timeOutAfterActing();
    const charge = { reference: crypto.randomUUID(), customerId, amountCents: 2_500, description: 'Top-up' };
    expect(await failureOf(payments.charge(charge))).toMatchObject({ kind: 'outcomeUnknown' });
    expect(await payments.charge(charge)).toMatchObject({ status: 'succeeded' });
    const confirmed = opened.fake.requests.filter(({ path }) => path.endsWith('/confirm'));
    expect(confirmed).toHaveLength(1);
  });

  test('says in which currency and how much was really paid', async () => {
    const session = checkout(3_600_000);
    const { sessionId } = await payments.openCheckout(session);
    opened.world.pay(sessionId, 'pays', { currency: 'eur', amount: 499 });
    const query = { reference: session.reference, customerId, sessionId, askedAt: new Date() };
    expect(await payments.findPayment(query)).toMatchObject({ currency: 'eur', amountCents: 499 });
  });

  test('a key that Stripe does not know is our fault, and an address where nobody answers is not', async () => {
    const wrong = createStripePayments({ ...opened.settings, secretKey: 'sk_test_other' }, () => new Date());
    const refused = await failureOf(wrong.storedMethod(customerId));
    expect(refused.kind).toBe('unauthorized');
    const nowhere = createStripePayments(
      { ...opened.settings, baseUrl: 'http://127.0.0.1:1' },
      () => new Date(),
    );
    const charge = { reference: crypto.randomUUID(), customerId, amountCents: 2_500, description: 'Top-up' };
    expect(await failureOf(nowhere.charge(charge))).toMatchObject({ kind: 'transient' });
  });

  test('a webhook that is older than five minutes is refused', async () => {
    const { sessionId } = await payments.openCheckout(checkout(3_600_000));
    opened.world.pay(sessionId, 'pays');
    const later = createStripePayments(opened.settings, () => new Date(Date.now() + 6 * 60_000));
    const [notice] = opened.world.notices();
    expect(await failureOf(later.readNotice(notice!))).toMatchObject({ kind: 'unauthorized' });
  });
});
