// Orders that wait for credits: how one goes on when they arrive, and how one is given up.
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { ApiError } from '../../http/errors.ts';
import {
  type ChargeLine,
  type Continuation,
  insufficientFunds,
  lockFunds,
  stopWaiting,
  tellCapRefusal,
  totalOf,
  withTax,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { type Domain, domainLine, domainsOfUids, moveDomain } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import { failMailbox, type Mailbox, mailboxesOfUids, mailboxLine } from '../mailboxes/index.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { mailboxPrices } from '../subscriptions/index.ts';
import { orderMoved } from './events.ts';
import type { Order } from './order.ts';
import { place, placeId } from './place.workflow.ts';
import { reserveOrder } from './purchase.ts';
import { orderByUid, orderLines, orderLock, ordersWaitingIn, orderUpdate } from './store.ts';

const WAITS = 'order';

/** Names are kept from others for so long. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;

/** What an order that waits is made of. */
const partsOf = async (db: Db, orderUid: string): Promise<{ domains: Domain[]; mailboxes: Mailbox[] }> => {
  const lines = (await orderLines(db, [orderUid])).get(orderUid) ?? [];
  const domains = await domainsOfUids(
    db,
    lines.map(({ domainUid }) => domainUid),
  );
  const mailboxes = await mailboxesOfUids(
    db,
    lines.flatMap(({ mailboxUids }) => mailboxUids),
  );
  return {
    domains: lines.map(({ domainUid }) => domains.get(domainUid)!),
    mailboxes: lines.flatMap(({ mailboxUids }) => mailboxUids.map((uid) => mailboxes.get(uid)!)),
  };
};

/**
 * Goes on with an order whose credits are there, at the prices of today where they are not above what was quoted. An
 * order that has become dearer is given up: nobody agreed to that. A name that was taken meanwhile is found out, and
 * credited back, by its registration.
 */
export const orderContinuation: Continuation = async (context, wait) => {
  const { db, providers, workflows } = context;
  const { domains } = await partsOf(db, wait.subjectUid);
  const registrar = providers.registrar({ workspaceId: wait.workspaceUid! });
  const quotes = new Map(
    (await registrar.quote(domains.map(({ name }) => name))).map((quote) => [quote.name, quote]),
  );
  return async (tx, now) => {
    const order = await orderLock(tx, wait.subjectUid);
    if (order?.status !== 'waiting_for_funds') return;
    const parts = await partsOf(tx, order.uid);
    const book = await currentPrices(tx);
    const prices = await mailboxPrices(
      tx,
      order.teamUid,
      parts.mailboxes.map(({ platform }) => platform),
      { useWalletBalance: false, book },
    );
    const lines: ChargeLine[] = [
      ...parts.domains.map((domain) => {
        const quote = quotes.get(domain.name);
        const priceMicros = quote?.available
          ? quote.registrationPriceMicros * domain.registrationYears
          : domain.priceMicros;
        return domainLine({ ...domain, years: domain.registrationYears, priceMicros });
      }),
      ...parts.mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!)),
    ];
    const totalMicros = totalOf(await withTax(tx, order.teamUid, book.version, lines));
    if (totalMicros > order.totalMicros) {
      const [was, is] = [order.totalMicros, totalMicros].map(microsToCredits);
      return giveUpOrder(
        tx,
        context,
        order,
        `its price rose from ${was} to ${is} credits while it waited`,
        now,
      );
    }
    try {
      await reserveOrder(tx, order, lines, book.version, now);
    } catch (error) {
      if (!(error instanceof ApiError) || error.definition === insufficientFunds.definition) throw error;
      await tellCapRefusal(tx, error);
      return giveUpOrder(tx, context, order, error.message, now);
    }
    for (const { uid } of parts.domains) await moveDomain(tx, uid, 'registration_in_progress', now);
    await orderUpdate(tx, order.uid, { status: 'queued', totalMicros }, now);
    await recordEvents(tx, [orderMoved(order, order.status, 'queued', now)]);
    await workflows.start(tx, place, placeId(order.uid), { orderUid: order.uid });
  };
};

/** Ends a waiting order and everything in it; nothing was charged. The order is locked. */
const giveUpOrder = async (
  tx: Tx,
  context: FeatureContext,
  order: Order,
  reason: string,
  now: Date,
): Promise<void> => {
  const { domains, mailboxes } = await partsOf(tx, order.uid);
  for (const { uid } of domains) await moveDomain(tx, uid, 'payment_failed', now, { statusReason: reason });
  for (const { uid } of mailboxes) await failMailbox({ ...context, db: tx }, uid, reason);
  await endWaiting(tx, order, now);
};

/** Takes an order whose parts have ended out of the line, and ends it: no run of it ever began. */
export const endWaiting = async (tx: Tx, order: Order, now: Date): Promise<void> => {
  await stopWaiting(tx, { kind: WAITS, subjectUid: order.uid });
  await orderUpdate(tx, order.uid, { status: 'error', finishedAt: now }, now);
  await recordEvents(tx, [orderMoved(order, order.status, 'error', now)]);
};

/** Gives an order up that waits still. */
export const stopOrder = async (context: FeatureContext, uid: string, reason: string): Promise<void> => {
  const found = await orderByUid(context.db, uid);
  if (!found) return;
  await inTransaction(context.db, async (tx) => {
    await lockFunds(tx, found.teamUid);
    const order = await orderLock(tx, uid);
    if (order?.status !== 'waiting_for_funds') return;
    await giveUpOrder(tx, context, order, reason, context.clock.now());
  });
};

/** Gives up what waits in a workspace that is being deleted. */
export const stopOrdersOf = async (context: FeatureContext, workspaceUid: string): Promise<void> => {
  for (const uid of await ordersWaitingIn(context.db, workspaceUid)) {
    await stopOrder(context, uid, 'its workspace is being deleted');
  }
};

export const longestWaitBegan = (now: Date): Date => new Date(now.getTime() - LONGEST_WAIT_MS);
