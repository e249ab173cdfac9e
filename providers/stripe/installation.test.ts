// Paying by Stripe from end to end: the API, the fake Stripe behind it, and webhooks that come twice, late or never.
import { afterAll, describe, expect, test } from 'vitest';
import { askUntil, expectBalanced } from '../../server/testing/follow.ts';
import { type Body, useInstallation } from '../../server/testing/test-installation.ts';
import type { RawNotice } from '../contracts/payments.ts';
import { startFake } from './fake.ts';
import { createFakePayments } from './fake-payments.ts';

const world = createFakePayments();
const fake = await startFake(world.routes);
afterAll(() => fake.close());

const api = useInstallation({
  INBOXKIT_PAYMENTS: 'stripe',
  INBOXKIT_STRIPE_SECRET_KEY: fake.secretKey,
  INBOXKIT_STRIPE_WEBHOOK_SECRET: world.webhookSecret,
  INBOXKIT_STRIPE_URL: fake.baseUrl,
  INBOXKIT_FIRST_CREDITS: '0',
});

const send = async ({ body, header }: RawNotice): Promise<number> => {
  const headers = { 'stripe-signature': header('stripe-signature') ?? '' };
  const response = await fetch(`${api.installation.baseUrl}/v1/payments/stripe/events`, {
    method: 'POST',
    headers,
    body,
  });
  return response.status;
};
const checkout = async (credits: number): Promise<Body> =>
  (await api.post('/billing/wallet/add-credits', { credits })).body;
const wallet = async (): Promise<number> => (await api.get('/billing/wallet')).body.credits_remaining;
const paymentOf = async (uid: string): Promise<Body> =>
  (await api.get(`/billing/payments/${uid}`)).body.payment;

describe('credits paid by Stripe', () => {
  test('come once, whatever webhooks come, however often, in any order', async () => {
    const before = await wallet();
    const { session_id: sessionId, payment, url } = await checkout(40);
    expect(url).toContain('checkout.stripe.com');
    world.decline(sessionId);
    world.pay(sessionId, 'pays');
    world.refund(payment.uid);
    const told = world.notices();
    for (const notice of [...told.toReversed(), ...told, ...told]) expect(await send(notice)).toBe(200);
    expect(await paymentOf(payment.uid)).toMatchObject({ status: 'succeeded', credits: 40, refunded: 40 });
    expect(await wallet()).toBe(before);
    await expectBalanced(api);
  });

  test('are credited as they were paid, and a payment in another currency is held', async () => {
    const before = await wallet();
    const [less, other] = [await checkout(50), await checkout(60)];
    world.pay(less.session_id, 'pays', { amount: 4_500 });
    world.pay(other.session_id, 'pays', { currency: 'eur' });
    for (const notice of world.notices()) expect(await send(notice)).toBe(200);
    expect(await paymentOf(less.payment.uid)).toMatchObject({ credits: 45, reason: 'other_amount' });
    expect(await paymentOf(other.payment.uid)).toMatchObject({
      status: 'held',
      reason: 'wrong_currency',
      credits: 0,
    });
    expect(await wallet()).toBe(before + 45);
    await expectBalanced(api);
  });

  test('are not to be had by a webhook that somebody else signed', async () => {
    const { payment } = await checkout(10);
    world.pay(payment.session_id, 'pays');
    const [notice] = world.notices();
    expect(
      await send({ ...notice!, header: () => `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` }),
    ).toBe(400);
    expect(await send({ ...notice!, body: notice!.body.replace('succeeded', 'succeedeD') })).toBe(400);
    expect((await paymentOf(payment.uid)).status).toBe('open');
  });

  test('top the wallet up from the stored card, once, also when the answer to the charge is lost', async () => {
    const { session_id: sessionId } = await checkout(30);
    world.pay(sessionId, 'pays');
    for (const notice of world.notices()) await send(notice);
    const before = await wallet();
    fake.faults.timeOutAfterActing();
    const { status } = await api.post('/billing/wallet/auto-topup', {
      auto_topup_enabled: true,
      auto_topup_trigger_drops_below: before + 10,
      auto_topup_add_credits: 20,
    });
    expect(status).toBe(200);
    await askUntil(wallet, (now) => now === before + 20);
    const confirmed = fake.requests.filter(({ path }) => path.endsWith('/confirm'));
    expect(confirmed).toHaveLength(1);
    await expectBalanced(api);
  });
});
