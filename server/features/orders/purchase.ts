// Buying what an order names: the rows and the money that one transaction moves, and the same without moving any.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import {
  type ChargeLine,
  lockFunds,
  reserveCharges,
  totalOf,
  waitForFunds,
  walletMicros,
  withTax,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { domainLine, insertDomains, type PricedDomain } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import {
  checkPlaces,
  insertMailboxes,
  type MailboxWish,
  mailboxLine,
  mailboxLines,
} from '../mailboxes/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import { handOver } from '../sequencers/index.ts';
import { type MailboxPrice, mailboxPrices } from '../subscriptions/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { orderMoved } from './events.ts';
import type { Order } from './order.ts';
import { orderInsert } from './store.ts';

export type OrderPurchase = {
  scope: { teamUid: string; workspaceUid: string };
  domains: PricedDomain[];
  mailboxes: MailboxWish[];
  /** Which sequencer the mailbox of an address goes to when it is ready. */
  sequencers: ReadonlyMap<string, string>;
  /** Which address the mailboxes of a domain, by its name, agree to when they are ready. */
  consents: ReadonlyMap<string, string>;
  /** What everything in it is priced from. */
  book: PriceBook;
  /** The key that asks. */
  keyUid: string;
  /** Whether it waits when the wallet is too low, instead of being refused. */
  waitsForFunds: boolean;
};

/** An order fills the included seats first. */
const pricesOf = (db: Db, { scope, mailboxes, book }: OrderPurchase) =>
  mailboxPrices(
    db,
    scope.teamUid,
    mailboxes.map(({ platform }) => platform),
    { useWalletBalance: false, book },
  );

/** What the purchase would cost, after every check but whether it can be paid; writes nothing. */
export const priceOrder = async (
  { db, settings }: Pick<FeatureContext, 'db' | 'settings'>,
  purchase: OrderPurchase,
): Promise<ChargeLine[]> => {
  const { domains, mailboxes } = purchase;
  const places = domains.map(({ name }) => ({ uid: newId(), name }));
  await checkPlaces(db, purchase.scope, places, mailboxes, settings.maxMailboxesPerDomain);
  const prices = await pricesOf(db, purchase);
  return withTax(db, purchase.scope.teamUid, purchase.book.version, linesWished(purchase, prices));
};

/** The lines of what is wished for and not there. */
const linesWished = (
  { domains, mailboxes }: OrderPurchase,
  prices: readonly MailboxPrice[],
): ChargeLine[] => [
  ...domains.map((domain) => domainLine({ uid: '', ...domain })),
  ...mailboxLines(mailboxes, prices),
];

/**
 * Writes the order with its domains and mailboxes, and sets its whole price aside; all or nothing. An order that waits
 * for funds reserves nothing and holds its names.
 */
export const purchaseOrder = async (
  tx: Tx,
  { secrets, settings }: Pick<FeatureContext, 'secrets' | 'settings'>,
  purchase: OrderPurchase,
  now: Date,
): Promise<{ order: Order; lines: ChargeLine[] }> => {
  const { scope } = purchase;
  await holdWorkspace(tx, scope.workspaceUid);
  await lockFunds(tx, scope.teamUid);
  const prices = await pricesOf(tx, purchase);
  const { version } = purchase.book;
  const wished = await withTax(tx, scope.teamUid, version, linesWished(purchase, prices));
  const totalMicros = totalOf(wished);
  const waits = purchase.waitsForFunds && (await walletMicros(tx, scope.teamUid)) < totalMicros;
  const status = waits ? 'cart' : 'registration_in_progress';
  const domains = await insertDomains(tx, scope, purchase.domains, now, status);
  const rules = { secrets, maxPerDomain: settings.maxMailboxesPerDomain };
  const mailboxes = await insertMailboxes(tx, rules, scope, domains, purchase.mailboxes, now);
  const net = [
    ...domains.map((domain) => domainLine({ ...domain, years: domain.registrationYears })),
    ...mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!)),
  ];
  const order: Order = {
    uid: newId(),
    ...scope,
    status: waits ? 'waiting_for_funds' : 'queued',
    keyUid: purchase.keyUid,
    totalMicros,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
    runs: 1,
  };
  let lines = wished;
  if (waits) {
    const { uid: subjectUid } = order;
    const wait = { ...scope, kind: 'order', subjectUid, amountMicros: totalMicros, urgent: false };
    await waitForFunds(tx, wait, now);
  } else {
    lines = await reserveOrder(tx, order, net, version, now);
  }
  const byDomain = Map.groupBy(mailboxes, ({ domainUid }) => domainUid);
  const orderDomains = domains.map(({ uid, name }) => ({
    domainUid: uid,
    name,
    consentUrl: purchase.consents.get(name) ?? null,
    mailboxUids: (byDomain.get(uid) ?? []).map((mailbox) => mailbox.uid),
  }));
  await orderInsert(tx, order, orderDomains);
  const handed = mailboxes.flatMap((mailbox) => {
    const sequencerUid = purchase.sequencers.get(mailbox.address);
    return sequencerUid ? [{ sequencerUid, mailbox }] : [];
  });
  await handOver(tx, handed, now);
  await recordEvents(tx, [orderMoved(order, null, order.status, now)]);
  return { order, lines };
};

/** Sets the price of an order aside, and answers the lines with their tax. */
export const reserveOrder = (
  tx: Tx,
  order: Order,
  lines: ChargeLine[],
  priceVersion: number,
  now: Date,
): Promise<ChargeLine[]> => {
  const of = (type: ChargeLine['subject']['type']) =>
    lines.filter(({ subject }) => subject.type === type).length;
  return reserveCharges(tx, {
    teamUid: order.teamUid,
    workspaceUid: order.workspaceUid,
    reference: { type: 'order', uid: order.uid },
    description: `Order of ${count(of('domain'), 'domain')} and ${count(of('mailbox'), 'mailbox', 'es')}`,
    lines,
    keyUid: order.keyUid,
    priceVersion,
    now,
  });
};

const count = (n: number, noun: string, plural = 's'): string => `${n} ${noun}${n === 1 ? '' : plural}`;
