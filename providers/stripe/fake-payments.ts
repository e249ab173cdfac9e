// What the fake Stripe knows about payments: customers, cards, checkout sessions, payment intents, refunds, disputes,
// and the signed events about them. Shapes and rules after docs.stripe.com/api, version 2026-10-28.
import { createHmac } from 'node:crypto';
import type { CardAnswer } from '../contracts/payments.conformance.ts';
import type { RawNotice } from '../contracts/payments.ts';
import { invalid, type Params, Refused, type Route } from './fake.ts';
import {
  type Card,
  type Charge,
  type Customer,
  type Dispute,
  errorOf,
  type Intent,
  last4,
  type Metadata,
  type Session,
} from './fake-objects.ts';
import { number, sessionRules, totalOfLines } from './fake-session.ts';

const seconds = () => Math.floor(Date.now() / 1000);
const metadataOf = (params: Params, prefix = 'metadata'): Metadata =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      name.startsWith(`${prefix}[`) ? [[name.slice(prefix.length + 1, -1), value]] : [],
    ),
  );

export const createFakePayments = (webhookSecret = 'whsec_fake') => {
  const customers = new Map<string, Customer>();
  const cards: Card[] = [];
  const sessions = new Map<string, Session>();
  const intents = new Map<string, Intent>();
  const disputes: Dispute[] = [];
  const events: { id: string; body: string }[] = [];
  let made = 0;
  // Ids grow, as those of Stripe do not; nothing here relies on it.
  const id = (prefix: string) => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}${made++}`;

  const tell = (type: string, object: object) => {
    const event = { id: id('evt'), object: 'event', type, created: seconds(), data: { object } };
    events.push({ id: event.id, body: JSON.stringify(event) });
  };
  const existing = <T>(map: ReadonlyMap<string, T>, of: string, noun: string): T => {
    const found = map.get(of);
    if (!found) throw invalid(`No such ${noun}: '${of}'`, 'resource_missing');
    return found;
  };
  const asSent = (session: Session, expanded: boolean) => {
    const { keeps, payment_intent: intent, ...rest } = session;
    return { ...rest, payment_intent: expanded ? intent : (intent?.id ?? null) };
  };
  const intentAsSent = (intent: Intent, expanded: boolean) => ({
    ...intent,
    latest_charge: expanded ? intent.latest_charge : (intent.latest_charge?.id ?? null),
  });
  const newIntent = (
    given: Pick<Intent, 'amount' | 'currency' | 'customer' | 'metadata' | 'status'>,
  ): Intent => {
    const intent: Intent = {
      ...given,
      id: id('pi'),
      object: 'payment_intent',
      amount_received: 0,
      created: seconds(),
      last_payment_error: null,
      latest_charge: null,
    };
    intents.set(intent.id, intent);
    return intent;
  };
  const succeed = (intent: Intent) => {
    Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, last_payment_error: null });
    intent.latest_charge = {
      id: id('ch'),
      object: 'charge',
      amount_refunded: 0,
      disputed: false,
      metadata: intent.metadata,
    };
    tell('payment_intent.succeeded', intentAsSent(intent, false));
  };
  const listOf = (data: object[]) => ({ object: 'list', data, has_more: false, url: '/v1/list' });

  const routes: Route[] = [
    {
      method: 'GET',
      path: /^\/v1\/customers\/search$/,
      params: /^(query|limit)$/,
      // Search lags behind what was just made (docs: search); here it never catches up, which is the worst of it.
      answer: () => ({ status: 200, body: { object: 'search_result', data: [], has_more: false } }),
    },
    {
      method: 'POST',
      path: /^\/v1\/customers$/,
      params: /^(name|metadata\[reference\])$/,
      // Optional at Stripe; a customer without them could not be told from another.
      required: ['name', 'metadata[reference]'],
      answer: ({ params }) => {
        const customer: Customer = {
          id: id('cus'),
          object: 'customer',
          name: params.name!,
          metadata: metadataOf(params),
        };
        customers.set(customer.id, customer);
        return { status: 200, body: customer };
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/customers\/(cus_\w+)$/,
      params: /^$/,
      answer: ({ id: of }) => ({
        status: 200,
        body: {
          ...existing(customers, of, 'customer'),
          invoice_settings: { default_payment_method: null },
        },
      }),
    },
    {
      method: 'GET',
      path: /^\/v1\/payment_methods$/,
      params: /^(customer|type|limit)$/,
      required: ['customer'],
      values: { type: ['card'] },
      answer: ({ params }) => ({
        status: 200,
        body: listOf(
          cards
            .filter(({ customer }) => customer === params.customer)
            .map(({ id: of, last4: digits }) => ({
              id: of,
              object: 'payment_method',
              type: 'card',
              card: { brand: 'visa', last4: digits },
            }))
            .reverse(),
        ),
      }),
    },
    {
      method: 'POST',
      path: /^\/v1\/checkout\/sessions$/,
      ...sessionRules,
      answer: ({ params }) => {
        existing(customers, params.customer!, 'customer');
        const expiresAt = number(params, 'expires_at');
        if (expiresAt < seconds() + 1800 || expiresAt > seconds() + 86_400) {
          throw invalid('The `expires_at` timestamp must be between 30 minutes and 24 hours from now.');
        }
        if (!URL.canParse(params.success_url ?? ''))
          throw invalid('Not a valid URL', 'url_invalid', 'success_url');
        const total = totalOfLines(params);
        if (total < 50) throw invalid('The total must be at least 0.50 usd', 'amount_too_small');
        const of = id('cs_test');
        const session: Session = {
          id: of,
          object: 'checkout.session',
          status: 'open',
          payment_status: 'unpaid',
          amount_total: total,
          currency: params['line_items[0][price_data][currency]']!,
          customer: params.customer!,
          client_reference_id: params.client_reference_id!,
          metadata: metadataOf(params),
          url: `https://checkout.stripe.com/c/pay/${of}`,
          expires_at: expiresAt,
          payment_intent: null,
          keeps: params['payment_intent_data[setup_future_usage]'] === 'off_session',
        };
        sessions.set(of, session);
        return { status: 200, body: asSent(session, false) };
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/checkout\/sessions\/(cs_\w+)$/,
      params: /^expand\[\d*\]$/,
      answer: ({ id: of, list }) => ({
        status: 200,
        body: asSent(
          existing(sessions, of, 'checkout.session'),
          list('expand').includes('payment_intent.latest_charge'),
        ),
      }),
    },
    {
      method: 'POST',
      path: /^\/v1\/checkout\/sessions\/(cs_\w+)\/expire$/,
      params: /^$/,
      answer: ({ id: of }) => {
        const session = existing(sessions, of, 'checkout.session');
        if (session.status !== 'open')
          throw invalid('Only Checkout Sessions with a status of open can be expired.');
        Object.assign(session, { status: 'expired', url: null });
        tell('checkout.session.expired', asSent(session, false));
        return { status: 200, body: asSent(session, false) };
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/billing_portal\/sessions$/,
      params: /^(customer|return_url)$/,
      required: ['customer', 'return_url'],
      answer: ({ params }) => {
        existing(customers, params.customer!, 'customer');
        const of = id('bps');
        return {
          status: 200,
          body: {
            id: of,
            object: 'billing_portal.session',
            url: `https://billing.stripe.com/p/session/${of}`,
          },
        };
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/payment_intents$/,
      params:
        /^(amount|currency|customer|payment_method|allowed_payment_method_types\[\d*\]|description|metadata\[reference\])$/,
      required: ['amount', 'currency', 'customer', 'payment_method', 'metadata[reference]'],
      values: { currency: ['usd'] },
      answer: ({ params }) => {
        existing(customers, params.customer!, 'customer');
        if (
          !cards.some(({ id: of, customer }) => of === params.payment_method && customer === params.customer)
        ) {
          throw invalid(`No such PaymentMethod: '${params.payment_method}'`, 'resource_missing');
        }
        const amount = number(params, 'amount');
        if (amount < 50) throw invalid('Amount must be at least $0.50 usd', 'amount_too_small', 'amount');
        const intent = newIntent({
          amount,
          currency: params.currency!,
          customer: params.customer!,
          metadata: metadataOf(params),
          status: 'requires_confirmation',
        });
        return { status: 200, body: intentAsSent(intent, false) };
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/payment_intents\/(pi_\w+)\/confirm$/,
      params: /^(payment_method|off_session|expand\[\d*\])$/,
      required: ['payment_method'],
      values: { off_session: ['true', 'false'] },
      movesMoney: true,
      answer: ({ id: of, params, list }) => {
        const intent = existing(intents, of, 'payment_intent');
        if (!['requires_confirmation', 'requires_payment_method'].includes(intent.status)) {
          throw new Refused(400, {
            type: 'invalid_request_error',
            code: 'payment_intent_unexpected_state',
            message: `You cannot confirm this PaymentIntent because it has already ${intent.status}.`,
          });
        }
        const card = cards.find((each) => each.id === params.payment_method)!;
        if (card.answer !== 'pays') {
          const error = errorOf(card.answer);
          Object.assign(intent, { status: 'requires_payment_method', last_payment_error: error });
          tell('payment_intent.payment_failed', intentAsSent(intent, false));
          throw new Refused(402, { ...error, payment_intent: intentAsSent(intent, false) });
        }
        succeed(intent);
        return { status: 200, body: intentAsSent(intent, list('expand').includes('latest_charge')) };
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/payment_intents$/,
      params: /^(customer|created\[gte\]|limit|expand\[\d*\])$/,
      required: ['customer', 'created[gte]'],
      answer: ({ params, list }) => ({
        status: 200,
        body: listOf(
          [...intents.values()]
            .filter(
              ({ customer, created }) =>
                customer === params.customer && created >= number(params, 'created[gte]'),
            )
            .reverse()
            .map((intent) => intentAsSent(intent, list('expand').includes('data.latest_charge'))),
        ),
      }),
    },
    {
      method: 'GET',
      path: /^\/v1\/payment_intents\/(pi_\w+)$/,
      params: /^$/,
      answer: ({ id: of }) => ({
        status: 200,
        body: intentAsSent(existing(intents, of, 'payment_intent'), false),
      }),
    },
    {
      method: 'GET',
      path: /^\/v1\/disputes$/,
      params: /^(payment_intent|limit)$/,
      required: ['payment_intent'],
      answer: ({ params }) => ({
        status: 200,
        body: listOf(disputes.filter((dispute) => dispute.payment_intent === params.payment_intent)),
      }),
    },
  ];

  const openSession = (of: string): Session => {
    const session = sessions.get(of);
    if (session?.status !== 'open') throw new Error(`the checkout ${of} is not open`);
    return session;
  };
  const intentOf = (session: Session): Intent => {
    const { amount_total: amount, currency, customer, metadata } = session;
    session.payment_intent ??= newIntent({
      amount,
      currency,
      customer,
      metadata,
      status: 'requires_payment_method',
    });
    return session.payment_intent;
  };
  const paidIntent = (reference: string): Intent & { latest_charge: Charge } => {
    const found = [...intents.values()].find(
      ({ metadata, status }) => metadata.reference === reference && status === 'succeeded',
    );
    if (!found?.latest_charge) throw new Error(`nothing was paid under ${reference}`);
    return found as Intent & { latest_charge: Charge };
  };

  return {
    routes,
    webhookSecret,
    /** What a person does on the page of a session. */
    pay(sessionId: string, card: CardAnswer, changes: { currency?: string; amount?: number } = {}): void {
      const session = openSession(sessionId);
      const intent = intentOf(session);
      Object.assign(intent, changes);
      succeed(intent);
      Object.assign(session, { status: 'complete', payment_status: 'paid', url: null });
      if (session.keeps) {
        cards.push({ id: id('pm'), customer: session.customer, answer: card, last4: last4[card] });
      }
      tell('checkout.session.completed', asSent(session, false));
    },
    decline(sessionId: string): void {
      const intent = intentOf(openSession(sessionId));
      intent.last_payment_error = errorOf('declined');
      tell('payment_intent.payment_failed', intentAsSent(intent, false));
    },
    expire(sessionId: string): void {
      const session = openSession(sessionId);
      Object.assign(session, { status: 'expired', url: null });
      tell('checkout.session.expired', asSent(session, false));
    },
    refund(reference: string): void {
      const intent = paidIntent(reference);
      intent.latest_charge.amount_refunded = intent.amount;
      tell('charge.refunded', { ...intent.latest_charge, payment_intent: intent.id });
    },
    dispute(reference: string): void {
      const intent = paidIntent(reference);
      intent.latest_charge.disputed = true;
      const dispute: Dispute = {
        id: id('du'),
        object: 'dispute',
        amount: intent.amount,
        payment_intent: intent.id,
        status: 'needs_response',
      };
      disputes.push(dispute);
      tell('charge.dispute.created', dispute);
    },
    winDispute(reference: string): void {
      const intent = paidIntent(reference);
      const dispute = disputes.find(({ payment_intent: of }) => of === intent.id)!;
      dispute.status = 'won';
      tell('charge.dispute.closed', dispute);
    },
    /** Events since the last call, signed as Stripe signs them (docs: webhooks/signature). */
    notices: (): RawNotice[] =>
      events.splice(0).map(({ body }) => {
        const at = seconds();
        const signature = createHmac('sha256', webhookSecret).update(`${at}.${body}`).digest('hex');
        return {
          body,
          header: (name) => (name === 'stripe-signature' ? `t=${at},v1=${signature}` : null),
        };
      }),
  };
};
