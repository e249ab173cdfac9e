// Payments by Stripe: Checkout for people, PaymentIntents for charges without them, the billing portal, webhooks.
//
// Our reference is in the metadata of every object, and is how a payment whose answer was lost is found again: by
// listing the customer's PaymentIntents, which is exact at once. Searching is not: it lags behind by up to a minute
// (docs.stripe.com/search, 2026).
import type Stripe from 'stripe';
import { ProviderFailure, rejected, unauthorized } from '../contracts/failure.ts';
import {
  type ChargeMethod,
  CURRENCY,
  type OpenCheckout,
  type PaymentLine,
  type PaymentNotice,
  type PaymentQuery,
  type Payments,
  type RawNotice,
  type StoredMethod,
} from '../contracts/payments.ts';
import { reading, writing } from './client.ts';
import { ofIntent, ofSession } from './state.ts';

export type PaymentsSettings = {
  webhookSecret: string;
  /** Where people reach this installation. */
  publicUrl(): string;
  now(): Date;
};

const TOLERANCE_S = 300;
const MINUTE_MS = 60_000;
/** A session lives 30 minutes to 24 hours from when it is made (docs: checkout/sessions/create, expires_at). */
const SHORTEST_MS = 31 * MINUTE_MS;
const LONGEST_MS = 24 * 60 * MINUTE_MS - MINUTE_MS;
/** docs: api/checkout/sessions/create, for the mode `payment`. */
const MOST_LINES = 100;
const LONGEST_NAME = 250;

const DONE = '/v1/payments/stripe/done';

export const createPayments = (stripe: Stripe, settings: PaymentsSettings): Payments => ({
  async customer({ reference, name }) {
    const query = `metadata['reference']:'${reference}'`;
    const found = await reading(stripe.customers.search({ query, limit: 1 }));
    if (found.data[0]) return found.data[0].id;
    // Found by search only after a while; until then the key answers the one that was made.
    const made = await writing(
      stripe.customers.create({ name, metadata: { reference } }, { idempotencyKey: `customer:${reference}` }),
    );
    return made.id;
  },

  async openCheckout(request) {
    const session = await writing(
      stripe.checkout.sessions.create(sessionOf(request, settings), {
        idempotencyKey: `checkout:${request.reference}`,
      }),
    );
    return {
      sessionId: session.id,
      url: session.url!,
      expiresAt: new Date(session.expires_at * 1000),
    };
  },

  async expireCheckout(sessionId) {
    const session = await reading(stripe.checkout.sessions.retrieve(sessionId));
    if (session.status === 'open') await writing(stripe.checkout.sessions.expire(sessionId));
  },

  async openPortal({ customerId, returnUrl }) {
    const session = await writing(
      stripe.billingPortal.sessions.create({
        customer: customerId,
        return_url: returnUrl ?? settings.publicUrl() + DONE,
      }),
    );
    return { url: session.url };
  },

  storedMethod: (customerId) => storedMethod(stripe, customerId),
  charge: (request) => charge(stripe, request, settings),

  async findPayment(query) {
    if (query.sessionId !== null) {
      const session = await reading(
        stripe.checkout.sessions.retrieve(query.sessionId, { expand: ['payment_intent.latest_charge'] }),
      );
      return ofSession(stripe, session);
    }
    const intent = await findIntent(stripe, query);
    // An intent that was never confirmed moved nothing, and never does by itself.
    if (!intent || isUntouched(intent)) return null;
    return ofIntent(stripe, query.reference, intent);
  },

  readNotice: (notice) => readNotice(stripe, settings, notice),

  async pages(request) {
    if (new URL(request.url).pathname !== DONE) return new Response('Not found\n', { status: 404 });
    return new Response(
      '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
        '<title>Done</title><main><h1>Done</h1><p>You can close this page.</p></main></html>\n',
      { headers: { 'content-type': 'text/html; charset=utf-8' } },
    );
  },
});

const sessionOf = (
  { reference, customerId, lines, keepMethod, returnUrl, expiresAt }: OpenCheckout,
  { publicUrl, now }: PaymentsSettings,
): Stripe.Checkout.SessionCreateParams => {
  // The same request again names the same second, or Stripe would refuse it under its key.
  const nowMs = now().getTime();
  const endsMs = Math.min(Math.max(expiresAt.getTime(), nowMs + SHORTEST_MS), nowMs + LONGEST_MS);
  return {
    mode: 'payment',
    customer: customerId,
    client_reference_id: reference,
    metadata: { reference },
    payment_intent_data: {
      metadata: { reference },
      ...(keepMethod && { setup_future_usage: 'off_session' as const }),
    },
    line_items: atMost(MOST_LINES, lines).map(({ description, amountCents }) => ({
      quantity: 1,
      price_data: {
        currency: CURRENCY,
        unit_amount: amountCents,
        product_data: { name: description.slice(0, LONGEST_NAME) },
      },
    })),
    // Prices stay in the currency they are credited in.
    adaptive_pricing: { enabled: false },
    success_url: returnUrl ?? publicUrl() + DONE,
    cancel_url: returnUrl ?? publicUrl() + DONE,
    expires_at: Math.floor(endsMs / 1000),
  };
};

/** The lines, the last ones as one where there are too many. */
const atMost = (most: number, lines: readonly PaymentLine[]): PaymentLine[] => {
  if (lines.length <= most) return [...lines];
  const rest = lines.slice(most - 1);
  const amountCents = rest.reduce((sum, line) => sum + line.amountCents, 0);
  return [...lines.slice(0, most - 1), { description: `${rest.length} more`, amountCents }];
};

/** The customer's default card, else the one that was stored last. */
const storedMethod = async (stripe: Stripe, customerId: string): Promise<StoredMethod | null> => {
  const customer = await reading(stripe.customers.retrieve(customerId));
  if (customer.deleted) return null;
  const { data } = await reading(
    stripe.paymentMethods.list({ customer: customerId, type: 'card', limit: 100 }),
  );
  const preferred = customer.invoice_settings?.default_payment_method;
  const method = data.find(({ id }) => id === preferred) ?? data[0];
  if (!method?.card) return null;
  const { brand, last4 } = method.card;
  return { id: method.id, label: `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ending in ${last4}` };
};

/**
 * In two steps, of which only the second moves money: an intent is made, then confirmed. An intent succeeds once at
 * most, so confirming it again after a lost answer cannot charge twice, whatever idempotency keys remember.
 */
const charge = async (stripe: Stripe, request: ChargeMethod, { now }: PaymentsSettings) => {
  const { reference, customerId } = request;
  const method = await storedMethod(stripe, customerId);
  if (!method) throw rejected('No payment method is stored.', 'no_stored_method');
  const query = { reference, customerId, sessionId: null, askedAt: now() };
  const intent = (await findIntent(stripe, query)) ?? (await makeIntent(stripe, request, method.id));
  if (!isUntouched(intent)) {
    const known = await ofIntent(stripe, reference, intent);
    if (known.status === 'failed') throw rejected(known.failure!.message, known.failure!.reason);
    return known;
  }
  const confirmed = await writing(
    stripe.paymentIntents.confirm(intent.id, {
      payment_method: method.id,
      off_session: true,
      expand: ['latest_charge'],
    }),
  );
  const charged = await ofIntent(stripe, reference, confirmed);
  if (charged.status === 'failed') throw rejected(charged.failure!.message, charged.failure!.reason);
  return charged;
};

const makeIntent = async (
  stripe: Stripe,
  { reference, customerId, amountCents, description }: ChargeMethod,
  methodId: string,
): Promise<Stripe.PaymentIntent> => {
  const make = (idempotencyKey: string) =>
    writing(
      stripe.paymentIntents.create(
        {
          amount: amountCents,
          currency: CURRENCY,
          customer: customerId,
          payment_method: methodId,
          allowed_payment_method_types: ['card'],
          description,
          metadata: { reference },
        },
        { idempotencyKey },
      ),
    );
  try {
    return await make(`intent:${reference}`);
  } catch (error) {
    // A 500 is kept under its key and answered again for a day. A second intent is harmless: it is not confirmed.
    if (!(error instanceof ProviderFailure) || error.failure.kind !== 'outcomeUnknown') throw error;
    return make(`intent:${reference}:again`);
  }
};

/** Made, and nothing tried with it yet. */
const isUntouched = (intent: Stripe.PaymentIntent): boolean =>
  intent.status === 'requires_confirmation' ||
  (intent.status === 'requires_payment_method' && !intent.last_payment_error);

/** How much the clocks of Stripe and of this machine may differ, and how long an attempt may have taken to arrive. */
const SLACK_MS = 3 * 24 * 60 * MINUTE_MS;

/** The one with our reference that is furthest, else the oldest, so that everybody who looks takes the same. */
const findIntent = async (
  stripe: Stripe,
  { reference, customerId, askedAt }: PaymentQuery,
): Promise<Stripe.PaymentIntent | null> => {
  const since = Math.floor((askedAt.getTime() - SLACK_MS) / 1000);
  const own: Stripe.PaymentIntent[] = [];
  const list = stripe.paymentIntents.list({
    customer: customerId,
    created: { gte: since },
    limit: 100,
    expand: ['data.latest_charge'],
  });
  await reading(
    list.autoPagingEach((intent) => {
      if (intent.metadata.reference === reference) own.push(intent);
    }),
  );
  const byAge = own.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  return byAge.find((intent) => !isUntouched(intent)) ?? byAge[0] ?? null;
};

type Noted = { object: string; metadata?: Record<string, string> | null; payment_intent?: unknown };

const readNotice = async (
  stripe: Stripe,
  { webhookSecret, now }: PaymentsSettings,
  { body, header }: RawNotice,
): Promise<PaymentNotice> => {
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(
      body,
      header('stripe-signature') ?? '',
      webhookSecret,
      TOLERANCE_S,
      undefined,
      now().getTime(),
    );
  } catch {
    throw unauthorized('The signature of the webhook is wrong or too old.');
  }
  const about = event.data.object as unknown as Noted;
  return { eventId: event.id, type: event.type, reference: await referenceOf(stripe, about) };
};

/** Sessions, intents and their charges carry the reference; refunds and disputes lead to their intent. */
const referenceOf = async (stripe: Stripe, about: Noted): Promise<string | null> => {
  if (about.metadata?.reference) return about.metadata.reference;
  if (typeof about.payment_intent !== 'string') return null;
  const intent = await reading(stripe.paymentIntents.retrieve(about.payment_intent));
  return intent.metadata.reference ?? null;
};
