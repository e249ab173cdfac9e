// Acme as a payment vendor: our contract on one side, its wire on the other.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ProviderFailure, unauthorized } from '../../../providers/contracts/failure.ts';
import type { Payments, VendorPayment } from '../../../providers/contracts/payments.ts';
import type { Api } from './api.ts';

type WireCheckout = { id: string; url: string; expires_at: string };
type WireMethod = { id: string; brand: string; last4: string };
type WirePayment = {
  id: string;
  reference: string;
  status: 'waiting' | 'pending' | 'paid' | 'failed' | 'expired';
  cents: number;
  currency: string;
  refunded_cents: number;
  disputed_cents: number;
  refusal: { code: string; message: string } | null;
};
type WireNotice = { id: string; type: string; reference: string | null };

export type PaymentsSettings = {
  /** What notices are signed with. */
  webhookSecret: string;
  now(): Date;
};

/** A notice that is older was kept by somebody and sent again. */
const LONGEST_ON_ITS_WAY_MS = 5 * 60_000;

const statuses = {
  waiting: 'open',
  pending: 'processing',
  paid: 'succeeded',
  failed: 'failed',
  expired: 'expired',
} as const;

export const createPayments = (api: Api, settings: PaymentsSettings): Payments => ({
  async customer({ reference, name }) {
    const path = `/customers/${encodeURIComponent(reference)}`;
    return (await api.write<{ id: string }>('PUT', path, { name }, reference)).id;
  },

  async openCheckout({ reference, customerId, lines, keepMethod, returnUrl, expiresAt }) {
    const body = {
      reference,
      customer: customerId,
      lines: lines.map(({ description, amountCents }) => ({ text: description, cents: amountCents })),
      keep_method: keepMethod,
      return_url: returnUrl,
      expires_at: expiresAt.toISOString(),
    };
    const opened = await api.write<WireCheckout>('POST', '/checkouts', body, reference);
    return { sessionId: opened.id, url: opened.url, expiresAt: new Date(opened.expires_at) };
  },

  async expireCheckout(sessionId) {
    await api.write('POST', `/checkouts/${encodeURIComponent(sessionId)}/expire`);
  },

  openPortal: ({ customerId, returnUrl }) =>
    api.write<{ url: string }>('POST', '/portals', { customer: customerId, return_url: returnUrl }),

  async storedMethod(customerId) {
    const path = `/customers/${encodeURIComponent(customerId)}/method`;
    const method = await found(api.read<WireMethod>('GET', path));
    return method && { id: method.id, label: `${method.brand} ending in ${method.last4}` };
  },

  async charge({ reference, customerId, amountCents, description }) {
    const body = { reference, customer: customerId, cents: amountCents, text: description };
    return toPayment(await api.write<WirePayment>('POST', '/charges', body, reference));
  },

  async findPayment({ reference }) {
    const payment = await found(api.read<WirePayment>('GET', `/payments/${encodeURIComponent(reference)}`));
    return payment && toPayment(payment);
  },

  async readNotice({ body, header }) {
    const [, sentAt = '', signature = ''] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header('acme-signature') ?? '') ?? [];
    const expected = createHmac('sha256', settings.webhookSecret).update(`${sentAt}.${body}`).digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw unauthorized('The signature of the notice is not one of Acme.');
    }
    if (Math.abs(settings.now().getTime() - Number(sentAt) * 1000) > LONGEST_ON_ITS_WAY_MS) {
      throw unauthorized('The notice is too old.');
    }
    const { id, type, reference } = JSON.parse(body) as WireNotice;
    return { eventId: id, type, reference };
  },
});

/** What the answer is, or null when there is no such thing. */
const found = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProviderFailure && error.failure.kind === 'notFound') return null;
    throw error;
  }
};

const toPayment = (wire: WirePayment): VendorPayment => ({
  reference: wire.reference,
  vendorId: wire.status === 'waiting' ? null : wire.id,
  status: statuses[wire.status],
  amountCents: wire.cents,
  currency: wire.currency.toLowerCase(),
  refundedCents: wire.refunded_cents,
  disputedCents: wire.disputed_cents,
  failure: wire.refusal && { reason: wire.refusal.code, message: wire.refusal.message },
});
