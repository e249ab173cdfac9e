// Buying anew what failed of an order: the rows and the money that one transaction moves.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { uidToFind } from '../../http/uid.ts';
import { lockFunds, reserveCharges, withTax } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import {
  type Domain,
  domainLine,
  domainsOfUids,
  insertDomains,
  type PricedDomain,
  priceDomains,
} from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import {
  checkPlaces,
  insertMailboxes,
  type Mailbox,
  type MailboxWish,
  mailboxesOfUids,
  mailboxLine,
  mailboxLines,
} from '../mailboxes/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Buyer, Sale, Seller } from '../quotes/index.ts';
import { handOverInPlaceOf } from '../sequencers/index.ts';
import { mailboxPrices } from '../subscriptions/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { nothingToRetry, orderNotEnded, orderNotFound } from './errors.ts';
import { orderMoved } from './events.ts';
import { type Order, type OrderDomain, partFailed } from './order.ts';
import { place, placeId } from './place.workflow.ts';
import { orderByUid, orderLines, orderLock, orderRetry } from './store.ts';

/** A line of the order with what of it failed. */
type FailedLine = {
  line: OrderDomain;
  domain: Domain;
  /** The name is to be registered anew, with all of its mailboxes. */
  lost: boolean;
  mailboxes: Mailbox[];
};

const failedLines = async (db: FeatureContext['db'], orderUid: string): Promise<FailedLine[]> => {
  const lines = (await orderLines(db, [orderUid])).get(orderUid) ?? [];
  const domains = await domainsOfUids(
    db,
    lines.map(({ domainUid }) => domainUid),
  );
  const mailboxes = await mailboxesOfUids(
    db,
    lines.flatMap(({ mailboxUids }) => mailboxUids),
  );
  return lines.flatMap((line) => {
    const domain = domains.get(line.domainUid)!;
    const boxes = line.mailboxUids.map((uid) => mailboxes.get(uid)!);
    const failed = partFailed(domain, boxes);
    return failed.domain || failed.mailboxes.length > 0
      ? [{ line, domain, lost: failed.domain, mailboxes: failed.mailboxes }]
      : [];
  });
};

const wishOf = (mailbox: Mailbox): MailboxWish => ({
  username: mailbox.username,
  domainName: mailbox.domainName,
  firstName: mailbox.firstName,
  lastName: mailbox.lastName,
  platform: mailbox.platform,
  profilePicture: mailbox.profilePicture,
  months: mailbox.termMonths,
});

const price = (db: FeatureContext['db'], buyer: Buyer, mailboxes: readonly MailboxWish[], book: PriceBook) =>
  mailboxPrices(
    db,
    buyer.teamUid,
    mailboxes.map(({ platform }) => platform),
    { useWalletBalance: false, book },
  );

export const retryFields = { order_id: uidToFind };

const body = z.strictObject(retryFields);

/** Checks and prices what failed; throws when the order goes on, or nothing of it failed. */
export const prepareRetry = async (
  context: FeatureContext,
  buyer: Buyer,
  { order_id }: z.output<typeof body>,
  book: PriceBook,
): Promise<Sale> => {
  const { db, secrets, settings } = context;
  const order = await orderByUid(db, order_id);
  if (order?.workspaceUid !== buyer.workspaceUid) throw orderNotFound('Order not found');
  assertEnded(order);
  const failed = await failedLines(db, order.uid);
  if (failed.length === 0) throw nothingToRetry('Nothing of the order failed');
  const scope = { teamUid: buyer.teamUid, workspaceUid: buyer.workspaceUid };
  const priced = await priceDomains(
    context,
    scope,
    failed.filter(({ lost }) => lost).map(({ domain }) => ({ ...domain, years: domain.registrationYears })),
    book,
  );
  const wishes = failed.flatMap(({ mailboxes }) => mailboxes.map(wishOf));
  return {
    async price() {
      const places = failed.map(({ domain, lost }) => ({
        uid: lost ? newId() : domain.uid,
        name: domain.name,
      }));
      await checkPlaces(db, scope, places, wishes, settings.maxMailboxesPerDomain);
      const prices = await price(db, buyer, wishes, book);
      const lines = [
        ...priced.map((wish) => domainLine({ uid: '', ...wish })),
        ...mailboxLines(wishes, prices),
      ];
      return withTax(db, scope.teamUid, book.version, lines);
    },

    async buy(tx, now) {
      await holdWorkspace(tx, scope.workspaceUid);
      await lockFunds(tx, scope.teamUid);
      const held = await orderLock(tx, order.uid);
      assertEnded(held!);
      const still = await failedLines(tx, order.uid);
      // Somebody else retried it between the look and the lock.
      if (still.length === 0) throw nothingToRetry('Nothing of the order failed');
      const domains = await insertDomains(tx, scope, priced as PricedDomain[], now);
      const placeOf = ({ domain, lost }: FailedLine) =>
        lost ? domains.find(({ name }) => name === domain.name)! : { uid: domain.uid, name: domain.name };
      const rules = { secrets, maxPerDomain: settings.maxMailboxesPerDomain };
      const mailboxes = await insertMailboxes(tx, rules, scope, failed.map(placeOf), wishes, now);
      await handOverInPlaceOf(tx, replacements(failed, mailboxes), now);
      const prices = await price(tx, buyer, wishes, book);
      const net = [
        ...domains.map((domain) => domainLine({ ...domain, years: domain.registrationYears })),
        ...mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!)),
      ];
      const run = held!.runs + 1;
      const lines = await reserveCharges(tx, {
        ...scope,
        reference: { type: 'order', uid: order.uid },
        key: `${order.uid}:${run}`,
        description: `Retry of ${net.length} part${net.length === 1 ? '' : 's'} of an order`,
        lines: net,
        keyUid: buyer.keyUid,
        priceVersion: book.version,
        now,
      });
      const anew = new Map(mailboxes.map((mailbox) => [mailbox.address, mailbox.uid]));
      await orderRetry(
        tx,
        order.uid,
        run,
        failed.map((part) => ({
          uid: part.line.uid,
          domainUid: placeOf(part).uid,
          mailboxes: part.mailboxes.map(({ uid, address }) => ({ old: uid, fresh: anew.get(address)! })),
        })),
        now,
      );
      await recordEvents(tx, [orderMoved(held!, held!.status, 'queued', now)]);
      await context.workflows.start(tx, place, placeId(order.uid, run), { orderUid: order.uid });
      return { lines, bought: { orderUid: order.uid } };
    },
  };
};

export const retrySeller: Seller<typeof body> = { body, prepare: prepareRetry };

const assertEnded = (order: Order): void => {
  if (order.finishedAt) return;
  throw orderNotEnded(`The order is ${order.status}: wait until it has ended, or cancel it`);
};

/** Each mailbox that is made anew, with the one it takes the place of. */
const replacements = (failed: readonly FailedLine[], mailboxes: readonly Mailbox[]) => {
  const anew = new Map(mailboxes.map((mailbox) => [mailbox.address, mailbox]));
  return failed.flatMap((part) =>
    part.mailboxes.flatMap(({ uid, address }) => {
      const mailbox = anew.get(address);
      return mailbox ? [{ formerUid: uid, mailbox }] : [];
    }),
  );
};
