// The built-in payments: a bank in the schema `bank` in which nothing is money. Everything around it is real: a page
// where a person pays, fails or cancels (`payment-pages.ts`), a stored test card, signed notices that are sent until
// they are received (`payment-notices.ts`).
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../database/clock.ts';
import type { Db, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { newId } from '../../database/uuid.ts';
import { conflict, notFound, rejected } from '../contracts/failure.ts';
import {
  type ChargeMethod,
  CURRENCY,
  type OpenCheckout,
  type PaymentQuery,
  type Payments,
  type VendorPayment,
} from '../contracts/payments.ts';
import { change, read } from './database-failure.ts';
import { endCheckout, noteChange } from './payment-changes.ts';
import { readNotice } from './payment-notices.ts';
import { createPaymentPages } from './payment-pages.ts';

export type PaymentsSettings = {
  /** Where people reach this installation; asked at each use, because the port is known late. */
  publicUrl(): string;
};

/** Where the pages are, below the public address. */
export const PAGES = '/v1/payments/builtin';
const PORTAL_MS = 30 * 60_000;

type Dependencies = { db: Db; secrets: SecretBox; clock: Clock; settings: PaymentsSettings };

export const createPayments = ({ db, secrets, clock, settings }: Dependencies): Payments => ({
  customer: ({ reference, name }) =>
    change(db, async (tx) => {
      const row = { id: newId(), reference, name, created_at: clock.now() };
      await tx
        .insertInto('bank.customer')
        .values(row)
        .onConflict((on) => on.column('reference').doNothing())
        .execute();
      return (
        await tx
          .selectFrom('bank.customer')
          .select('id')
          .where('reference', '=', reference)
          .executeTakeFirstOrThrow()
      ).id;
    }),

  async openCheckout(request) {
    const row = await change(db, (tx) => openCheckout(tx, request, clock.now()));
    return {
      sessionId: row.session_id!,
      url: `${settings.publicUrl()}${PAGES}/checkout/${row.session_id}`,
      expiresAt: row.expires_at!,
    };
  },

  expireCheckout: (sessionId) =>
    change(db, async (tx) => {
      const row = await tx
        .selectFrom('bank.payment')
        .selectAll()
        .where('session_id', '=', sessionId)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw notFound('There is no such checkout.');
      if (row.status === 'open') await endCheckout(tx, row.id, clock.now());
    }),

  async openPortal({ customerId, returnUrl }) {
    const id = randomBytes(32).toString('base64url');
    const expiresAt = new Date(clock.now().getTime() + PORTAL_MS);
    await change(db, async (tx) => {
      await assertCustomer(tx, customerId);
      await tx
        .insertInto('bank.portal')
        .values({ id, customer_id: customerId, return_url: returnUrl, expires_at: expiresAt })
        .execute();
    });
    return { url: `${settings.publicUrl()}${PAGES}/portal/${id}` };
  },

  storedMethod: (customerId) =>
    read(async () => {
      const card = await cardOf(db, customerId);
      return card ? { id: card.id, label: card.label } : null;
    }),

  async charge(request) {
    const row = await change(db, (tx) => charge(tx, request, clock.now()));
    if (row.status === 'failed') throw rejected(row.failure_message!, row.failure_reason!);
    return toPayment(row, clock.now());
  },

  findPayment: (query) => read(() => findPayment(db, query, clock.now())),

  readNotice: (notice) => read(() => readNotice({ db, secrets, clock }, notice)),

  pages: createPaymentPages({ db, clock }),
});

export type PaymentRow = NonNullable<Awaited<ReturnType<typeof paymentOf>>>;

const paymentOf = (db: Db, reference: string) =>
  db.selectFrom('bank.payment').selectAll().where('reference', '=', reference).executeTakeFirst();

const cardOf = (db: Db, customerId: string) =>
  db.selectFrom('bank.card').selectAll().where('customer_id', '=', customerId).executeTakeFirst();

const openCheckout = async (tx: Tx, request: OpenCheckout, now: Date): Promise<PaymentRow> => {
  await assertCustomer(tx, request.customerId);
  const amountCents = request.lines.reduce((sum, line) => sum + line.amountCents, 0);
  if (amountCents <= 0) throw rejected('A checkout needs an amount.', 'invalid_amount');
  await tx
    .insertInto('bank.payment')
    .values({
      id: newId(),
      reference: request.reference,
      customer_id: request.customerId,
      session_id: randomBytes(32).toString('base64url'),
      lines: JSON.stringify(request.lines),
      amount_cents: amountCents,
      status: 'open',
      keep_method: request.keepMethod,
      return_url: request.returnUrl,
      expires_at: request.expiresAt,
      created_at: now,
    })
    .onConflict((on) => on.column('reference').doNothing())
    .execute();
  const row = await paymentOf(tx, request.reference);
  if (!row?.session_id || row.amount_cents !== amountCents) {
    throw conflict('This reference belongs to another payment.', 'reference_reused');
  }
  return row;
};

const declined = {
  declined: { reason: 'card_declined', message: 'The card was declined.' },
  needs_customer: {
    reason: 'authentication_required',
    message: 'The bank wants to see the customer: pay once by checkout.',
  },
} as const;

const charge = async (tx: Tx, request: ChargeMethod, now: Date): Promise<PaymentRow> => {
  await assertCustomer(tx, request.customerId);
  const earlier = await paymentOf(tx, request.reference);
  if (earlier) return earlier;
  const card = await cardOf(tx, request.customerId);
  if (!card) throw rejected('No payment method is stored.', 'no_stored_method');
  const answer = card.answer as keyof typeof declined | 'pays';
  const failure = answer === 'pays' ? null : declined[answer];
  const id = newId();
  const inserted = await tx
    .insertInto('bank.payment')
    .values({
      id,
      reference: request.reference,
      customer_id: request.customerId,
      lines: JSON.stringify([{ description: request.description, amountCents: request.amountCents }]),
      amount_cents: request.amountCents,
      status: failure ? 'failed' : 'succeeded',
      failure_reason: failure?.reason,
      failure_message: failure?.message,
      keep_method: false,
      created_at: now,
      finished_at: now,
    })
    .onConflict((on) => on.column('reference').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted) await noteChange(tx, id, failure ? 'charge.failed' : 'charge.succeeded', now);
  return (await paymentOf(tx, request.reference))!;
};

const findPayment = async (db: Db, { reference }: PaymentQuery, now: Date): Promise<VendorPayment | null> => {
  const row = await paymentOf(db, reference);
  return row ? toPayment(row, now) : null;
};

/** A checkout whose time is over is `expired` before the sweep has marked it: nobody can pay it any more. */
const toPayment = (row: PaymentRow, now: Date): VendorPayment => ({
  reference: row.reference,
  vendorId: row.id,
  status:
    row.status === 'open' && row.expires_at! <= now ? 'expired' : (row.status as VendorPayment['status']),
  amountCents: row.amount_cents,
  currency: CURRENCY,
  refundedCents: row.refunded_cents,
  disputedCents: row.disputed_cents,
  failure: row.failure_reason ? { reason: row.failure_reason, message: row.failure_message! } : null,
});

const assertCustomer = async (tx: Tx, id: string): Promise<void> => {
  const found = await tx.selectFrom('bank.customer').select('id').where('id', '=', id).executeTakeFirst();
  if (!found) throw notFound('There is no such customer.');
};
