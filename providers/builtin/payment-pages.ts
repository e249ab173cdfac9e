// The pages of the built-in bank: a checkout, where a person pays, fails or cancels, and a portal with the stored card
// and past payments. The unguessable address is the only authority: there is no cookie that a foreign page could make
// a browser send along, and a form that comes from a foreign page is refused.
import type { Clock } from '../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { endCheckout, noteChange } from './payment-changes.ts';
import { checkoutPage, htmlPage, messagePage, portalPage } from './payment-html.ts';

type Deps = { db: Db; clock: Clock };

/** The test cards one can choose, and what each says when it is charged later without the customer. */
export const testCards = {
  pays: 'Test card ending in 4242: pays, now and later',
  declined: 'Test card ending in 0341: pays now, is declined later',
  needs_customer: 'Test card ending in 3184: pays now, later the bank asks for the customer',
} as const;
export type CardAnswer = keyof typeof testCards;

/** Answers requests below `/v1/payments/builtin/`. */
export const createPaymentPages =
  (deps: Deps) =>
  async (request: Request): Promise<Response> => {
    const [, page, id] = /\/(checkout|portal)\/([\w-]{43})$/.exec(new URL(request.url).pathname) ?? [];
    if (!page || !id || !['GET', 'HEAD', 'POST'].includes(request.method)) return gone();
    if (request.method !== 'POST') return page === 'checkout' ? showCheckout(deps, id) : showPortal(deps, id);
    if (isForeign(request)) {
      return htmlPage(403, messagePage('Not from this page', 'Open the page again and use its own buttons.'));
    }
    const form = new URLSearchParams(await request.text());
    const found = await (page === 'checkout' ? actOnCheckout(deps, id, form) : actOnPortal(deps, id, form));
    // A page that was posted must not be posted again by reloading it.
    return found ? new Response(null, { status: 303, headers: { location: request.url } }) : gone();
  };

const gone = () =>
  htmlPage(404, messagePage('Nothing here', 'This payment page does not exist, or its time is over.'));

/** Browsers say from where a form comes (Fetch Metadata); older ones at least name the origin (RFC 6454). */
const isForeign = ({ headers, url }: Request): boolean => {
  const site = headers.get('sec-fetch-site');
  if (site) return site !== 'same-origin';
  const origin = headers.get('origin');
  return origin !== null && URL.parse(origin)?.host !== (headers.get('host') ?? new URL(url).host);
};

const showCheckout = async ({ db, clock }: Deps, id: string): Promise<Response> => {
  const row = await checkoutOf(db, id);
  if (!row) return gone();
  const expired = row.status === 'expired' || (row.status === 'open' && row.expires_at! <= clock.now());
  return htmlPage(
    200,
    checkoutPage({
      status: expired ? 'expired' : (row.status as 'open' | 'succeeded'),
      customer: row.name,
      lines: row.lines as { description: string; amountCents: number }[],
      amountCents: row.amount_cents,
      failure: row.failure_message,
      keepMethod: row.keep_method,
      returnUrl: row.return_url,
      expiresAt: row.expires_at!,
    }),
  );
};

const checkoutOf = (db: Db, sessionId: string) =>
  db
    .selectFrom('bank.payment as payment')
    .innerJoin('bank.customer as customer', 'customer.id', 'payment.customer_id')
    .selectAll('payment')
    .select('customer.name')
    .where('payment.session_id', '=', sessionId)
    .executeTakeFirst();

/** What a press of a button does; answers false when there is no such page. Pressing twice does it once. */
const actOnCheckout = ({ db, clock }: Deps, sessionId: string, form: URLSearchParams): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    const row = await tx
      .selectFrom('bank.payment')
      .selectAll()
      .where('session_id', '=', sessionId)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return false;
    if (row.status !== 'open' || row.expires_at! <= now) return true;
    switch (form.get('action')) {
      case 'pay':
        await tx
          .updateTable('bank.payment')
          .set({ status: 'succeeded', failure_reason: null, failure_message: null, finished_at: now })
          .where('id', '=', row.id)
          .execute();
        if (row.keep_method && form.get('keep') === 'yes') {
          await storeCard(tx, row.customer_id, form.get('card'), now);
        }
        await noteChange(tx, row.id, 'checkout.succeeded', now);
        break;
      case 'fail':
        await tx
          .updateTable('bank.payment')
          .set({ failure_reason: 'card_declined', failure_message: 'The card was declined.' })
          .where('id', '=', row.id)
          .execute();
        await noteChange(tx, row.id, 'checkout.failed', now);
        break;
      case 'cancel':
        await endCheckout(tx, row.id, now);
        break;
    }
    return true;
  });

const storeCard = async (tx: Tx, customerId: string, chosen: string | null, now: Date): Promise<void> => {
  const answer: CardAnswer = chosen !== null && chosen in testCards ? (chosen as CardAnswer) : 'pays';
  const card = { label: testCards[answer].split(':')[0]!, answer, created_at: now };
  await tx
    .insertInto('bank.card')
    .values({ id: newId(), customer_id: customerId, ...card })
    .onConflict((on) => on.column('customer_id').doUpdateSet(card))
    .execute();
};

const portalOf = (db: Db, id: string, now: Date) =>
  db
    .selectFrom('bank.portal as portal')
    .innerJoin('bank.customer as customer', 'customer.id', 'portal.customer_id')
    .select(['portal.customer_id', 'portal.return_url', 'customer.name'])
    .where('portal.id', '=', id)
    .where('portal.expires_at', '>', now)
    .executeTakeFirst();

const MOST_SHOWN = 50;

const showPortal = async ({ db, clock }: Deps, id: string): Promise<Response> => {
  const portal = await portalOf(db, id, clock.now());
  if (!portal) return gone();
  const card = await db
    .selectFrom('bank.card')
    .select(['label', 'answer'])
    .where('customer_id', '=', portal.customer_id)
    .executeTakeFirst();
  const payments = await db
    .selectFrom('bank.payment')
    .selectAll()
    .where('customer_id', '=', portal.customer_id)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN)
    .execute();
  return htmlPage(
    200,
    portalPage({
      customer: portal.name,
      returnUrl: portal.return_url,
      card: card ? { label: card.label, answer: card.answer as CardAnswer } : null,
      payments: payments.map((row) => ({
        id: row.id,
        createdAt: row.created_at,
        description: (row.lines as { description: string }[]).map((line) => line.description).join(', '),
        amountCents: row.amount_cents,
        status: row.status,
        reason: row.failure_message,
        refundedCents: row.refunded_cents,
        disputedCents: row.disputed_cents,
      })),
    }),
  );
};

const actOnPortal = ({ db, clock }: Deps, id: string, form: URLSearchParams): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    const portal = await portalOf(tx, id, now);
    if (!portal) return false;
    switch (form.get('action')) {
      case 'store':
        await storeCard(tx, portal.customer_id, form.get('card'), now);
        break;
      case 'remove':
        await tx.deleteFrom('bank.card').where('customer_id', '=', portal.customer_id).execute();
        break;
      default:
        await actOnPayment(tx, portal.customer_id, form, now);
    }
    return true;
  });

/** What banks do to payments that went well: give them back, withdraw them for a dispute, end the dispute. */
const actOnPayment = async (tx: Tx, customerId: string, form: URLSearchParams, now: Date): Promise<void> => {
  const paymentId = form.get('payment') ?? '';
  if (!/^[0-9a-f-]{36}$/.test(paymentId)) return;
  const row = await tx
    .selectFrom('bank.payment')
    .selectAll()
    .where('id', '=', paymentId)
    .where('customer_id', '=', customerId)
    .where('status', '=', 'succeeded')
    .forUpdate()
    .executeTakeFirst();
  if (!row) return;
  const left = row.amount_cents - row.refunded_cents - row.disputed_cents;
  const change = {
    refund: left > 0 && { refunded_cents: row.refunded_cents + left },
    dispute: left > 0 && { disputed_cents: left },
    win: row.disputed_cents > 0 && { disputed_cents: 0 },
  }[form.get('action') ?? ''];
  if (!change) return;
  await tx.updateTable('bank.payment').set(change).where('id', '=', row.id).execute();
  await noteChange(tx, row.id, `payment.${form.get('action')}`, now);
};
