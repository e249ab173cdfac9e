// The routes of the fake Acme that take money, and the people and banks on the other side of them.
import { createHmac } from 'node:crypto';
import type { CardAnswer } from '../../../providers/contracts/payments.conformance.ts';
import type { RawNotice } from '../../../providers/contracts/payments.ts';
import { type Answer, type Route, refusal } from './fake.ts';

type Payment = {
  id: string;
  reference: string;
  customer: string;
  status: 'waiting' | 'pending' | 'paid' | 'failed' | 'expired';
  cents: number;
  currency: string;
  refunded_cents: number;
  disputed_cents: number;
  refusal: { code: string; message: string } | null;
};
type Checkout = { id: string; url: string; expires_at: string; keeps: boolean; payment: Payment };
type Card = { id: string; brand: string; last4: string; answers: CardAnswer };

const refusals = {
  declined: { code: 'card_declined', message: 'The card was declined.' },
  needs_customer: { code: 'authentication_required', message: 'The bank wants to see the customer.' },
} as const;

export const createBank = (webhookSecret = 'fake-webhook-secret') => {
  const customers = new Map<string, string>();
  const cards = new Map<string, Card>();
  const checkouts = new Map<string, Checkout>();
  const payments = new Map<string, Payment>();
  let notices: RawNotice[] = [];

  const tell = (type: string, { reference }: Payment): void => {
    const body = JSON.stringify({ id: crypto.randomUUID(), type, reference });
    const sentAt = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', webhookSecret).update(`${sentAt}.${body}`).digest('hex');
    const header = (name: string) => (name === 'acme-signature' ? `t=${sentAt},v1=${signature}` : null);
    notices.push({ body, header });
  };

  const begin = (given: Pick<Payment, 'reference' | 'customer' | 'cents' | 'status'>): Payment => {
    const payment: Payment = {
      ...given,
      id: crypto.randomUUID(),
      currency: 'USD',
      refunded_cents: 0,
      disputed_cents: 0,
      refusal: null,
    };
    payments.set(payment.reference, payment);
    return payment;
  };

  const settle = (payment: Payment, changes: Partial<Payment>, type: string): void => {
    Object.assign(payment, changes);
    tell(type, payment);
  };

  /** A charge under a reference is made once; what was refused is refused again. */
  const charged = (payment: Payment): Answer =>
    payment.status === 'failed'
      ? refusal(422, payment.refusal!.code, payment.refusal!.message)
      : { status: 200, body: payment };

  const routes: Route[] = [
    {
      method: 'PUT',
      path: /^\/customers\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [reference = ''] }) => {
        if (!customers.has(reference)) customers.set(reference, crypto.randomUUID());
        return { status: 200, body: { id: customers.get(reference) } };
      },
    },
    {
      method: 'GET',
      path: /^\/customers\/([^/]+)\/method$/,
      changes: false,
      answer: ({ parts: [customer = ''] }) => {
        const card = cards.get(customer);
        if (!card) return refusal(404, 'no_method', 'No method is stored');
        return { status: 200, body: { id: card.id, brand: card.brand, last4: card.last4 } };
      },
    },
    {
      method: 'POST',
      path: /^\/checkouts$/,
      changes: true,
      answer: ({ body }) => {
        const { reference, customer, lines, keep_method, expires_at } = body as {
          reference: string;
          customer: string;
          lines: { cents: number }[];
          keep_method: boolean;
          expires_at: string;
        };
        const earlier = [...checkouts.values()].find(({ payment }) => payment.reference === reference);
        if (earlier) return { status: 200, body: shown(earlier) };
        const cents = lines.reduce((sum, line) => sum + line.cents, 0);
        if (!Number.isInteger(cents) || cents < 1) return refusal(422, 'amount', 'Whole cents, at least 1');
        const id = crypto.randomUUID();
        const payment = begin({ reference, customer, cents, status: 'waiting' });
        const checkout = {
          id,
          url: `https://pay.acme.invalid/${id}`,
          expires_at,
          keeps: keep_method,
          payment,
        };
        checkouts.set(id, checkout);
        return { status: 201, body: shown(checkout) };
      },
    },
    {
      method: 'POST',
      path: /^\/checkouts\/([^/]+)\/expire$/,
      changes: true,
      answer: ({ parts: [id = ''] }) => {
        const payment = checkouts.get(id)?.payment;
        if (!payment) return refusal(404, 'unknown_checkout', 'There is no such checkout');
        if (payment.status === 'waiting') settle(payment, { status: 'expired' }, 'checkout.expired');
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: /^\/portals$/,
      changes: false,
      answer: () => ({
        status: 201,
        body: { url: `https://pay.acme.invalid/portal/${crypto.randomUUID()}` },
      }),
    },
    {
      method: 'POST',
      path: /^\/charges$/,
      changes: true,
      answer: ({ body }) => {
        const { reference, customer, cents } = body as { reference: string; customer: string; cents: number };
        const earlier = payments.get(reference);
        if (earlier) return charged(earlier);
        const card = cards.get(customer);
        if (!card) return refusal(422, 'no_stored_method', 'No method is stored');
        const payment = begin({ reference, customer, cents, status: 'pending' });
        if (card.answers === 'pays') settle(payment, { status: 'paid' }, 'charge.paid');
        else settle(payment, { status: 'failed', refusal: refusals[card.answers] }, 'charge.failed');
        return charged(payment);
      },
    },
    {
      method: 'GET',
      path: /^\/payments\/([^/]+)$/,
      changes: false,
      answer: ({ parts: [reference = ''] }) => {
        const payment = payments.get(reference);
        return payment
          ? { status: 200, body: payment }
          : refusal(404, 'unknown_payment', 'There is no such payment');
      },
    },
  ];

  return {
    routes,
    webhookSecret,
    person: {
      async pay({ sessionId }: { sessionId: string }, answers: CardAnswer): Promise<void> {
        const { payment, keeps } = checkouts.get(sessionId)!;
        settle(payment, { status: 'paid', refusal: null }, 'checkout.paid');
        if (keeps) {
          cards.set(payment.customer, { id: crypto.randomUUID(), brand: 'Visa', last4: '4242', answers });
        }
      },
      async isDeclined({ sessionId }: { sessionId: string }): Promise<void> {
        settle(checkouts.get(sessionId)!.payment, { refusal: refusals.declined }, 'checkout.declined');
      },
    },
    bank: {
      async refund(reference: string): Promise<void> {
        const payment = payments.get(reference)!;
        settle(payment, { refunded_cents: payment.cents }, 'payment.refunded');
      },
      async dispute(reference: string): Promise<void> {
        const payment = payments.get(reference)!;
        settle(payment, { disputed_cents: payment.cents }, 'payment.disputed');
      },
      async winDispute(reference: string): Promise<void> {
        settle(payments.get(reference)!, { disputed_cents: 0 }, 'dispute.won');
      },
    },
    async notices(): Promise<RawNotice[]> {
      const told = notices;
      notices = [];
      return told;
    },
  };
};

const shown = ({ id, url, expires_at }: Checkout) => ({ id, url, expires_at });
