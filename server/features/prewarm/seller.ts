// Prewarmed domains as something that can be quoted, paid by checkout, and wait for credits: one purchase for all three.
import { z } from 'zod';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { orAbsent } from '../../http/absent.ts';
import { notInSandbox } from '../../http/errors.ts';
import { isSandbox } from '../accounts/index.ts';
import { lockFunds, reserveCharges, withTax } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { assertDomainRoom } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import {
  assertMailboxRoom,
  assertUsername,
  duplicateMailbox,
  newUsername,
  personName,
  pictureUrl,
} from '../mailboxes/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Buyer, Seller } from '../quotes/index.ts';
import { findSequencers } from '../sequencers/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { prewarmMailboxCount, prewarmNotAvailable } from './errors.ts';
import { prewarmEvent } from './events.ts';
import { handOver, handOverId } from './hand-over.workflow.ts';
import { type PrewarmOrder, type Sale, type SoldMailbox, saleLines } from './sale.ts';
import { pricesOf, type Stock } from './stock.ts';
import { orderInsert, stockForSale, stockLock, stockUpdate } from './store.ts';

const wantedDomain = z
  .strictObject({
    domain_id: orAbsent(z.uuid()).meta({ description: 'From a search' }),
    domain_name: orAbsent(z.string().trim().toLowerCase().min(1).max(253)),
    mailboxes: orAbsent(
      z
        .array(
          z.strictObject({
            username: newUsername,
            first_name: personName,
            last_name: personName,
            profile_picture: pictureUrl,
          }),
        )
        .min(1)
        .max(100),
    ).meta({ description: 'New names, one for each mailbox of the domain. Left out: they keep theirs' }),
  })
  .refine((domain) => (domain.domain_id === undefined) !== (domain.domain_name === undefined), {
    error: 'exactly one of domain_id and domain_name must be given',
    path: ['domain_id'],
  });

export const buyFields = {
  domains: z.array(wantedDomain).min(1).max(50),
  sequencer_uid: orAbsent(z.uuid()).meta({
    description: 'Exports each mailbox to this sequencer when it is ready',
  }),
  keep_warming: z
    .boolean()
    .default(false)
    .meta({
      description:
        'Adds each mailbox to warm-up, at the price of `warmup/pricing`, which is charged beside this purchase; it is renewed ' +
        'by the month until it is cancelled. A wallet that is too low for it does not stop the purchase: ' +
        '`prewarm_order.not_kept_warm` tells',
    }),
};

const body = z.strictObject(buyFields);
type Asked = z.output<typeof body>;
type WantedDomain = Asked['domains'][number];

const notForSale = (name: string) => prewarmNotAvailable(`${name} is not for sale`, { domain: name });

/** What is wanted, in the order of the request, as it is in stock. */
const findStock = async (db: Db, wanted: readonly WantedDomain[]): Promise<Stock[]> => {
  const found = await stockForSale(db, {
    uids: wanted.flatMap(({ domain_id }) => domain_id ?? []),
    names: wanted.flatMap(({ domain_name }) => domain_name ?? []),
  });
  const chosen = wanted.map(({ domain_id, domain_name }) => {
    const one = found.find(({ uid, domainName }) => uid === domain_id || domainName === domain_name);
    if (!one) throw notForSale((domain_name ?? domain_id)!);
    return one;
  });
  const twice = chosen.find((stock, index) => chosen.indexOf(stock) !== index);
  if (twice) {
    throw prewarmNotAvailable(`${twice.domainName} is in the request twice`, { domain: twice.domainName });
  }
  return chosen;
};

const mailboxesOf = (stock: Stock, { mailboxes }: WantedDomain, priceMicros: number): SoldMailbox[] => {
  if (!mailboxes) {
    return stock.mailboxes.map(({ username, firstName, lastName }) => ({
      ...{ uid: newId(), username, firstName, lastName, profilePicture: null, priceMicros },
    }));
  }
  const { domainName: domain } = stock;
  const expected = stock.mailboxes.length;
  if (mailboxes.length !== expected) {
    throw prewarmMailboxCount(`${domain} has ${expected} mailbox(es), and ${mailboxes.length} were named`, {
      ...{ domain, expected, given: mailboxes.length },
    });
  }
  const seen = new Set<string>();
  return mailboxes.map(({ username, first_name, last_name, profile_picture }) => {
    const email = `${username}@${domain}`;
    assertUsername(username, email);
    if (seen.has(username)) throw duplicateMailbox(`${email} is in the request twice`, { email });
    seen.add(username);
    const named = { username, firstName: first_name, lastName: last_name };
    return { uid: newId(), ...named, profilePicture: profile_picture ?? null, priceMicros };
  });
};

export type Bought = { order: PrewarmOrder; sales: Sale[] };

/** The domains that are asked for, and the purchase of them. */
export const preparePrewarm = async (
  context: FeatureContext,
  { teamUid, workspaceUid, keyUid }: Buyer,
  asked: Asked,
  book: PriceBook,
) => {
  const { db, clock } = context;
  if (await isSandbox(db, teamUid)) {
    throw notInSandbox('Prewarmed domains are real ones, which a sandbox cannot buy');
  }
  if (asked.sequencer_uid) await findSequencers(db, workspaceUid, [asked.sequencer_uid]);
  const stocks = await findStock(db, asked.domains);
  const order: PrewarmOrder = {
    uid: newId(),
    teamUid,
    workspaceUid,
    keyUid,
    paymentUid: null,
    sequencerUid: asked.sequencer_uid ?? null,
    keepWarming: asked.keep_warming,
    priceVersion: book.version,
    createdAt: clock.now(),
  };
  const sales = stocks.map((stock, index): Sale => {
    const { domainMicros, mailboxMicros } = pricesOf(stock, book, clock.now());
    return {
      uid: newId(),
      orderUid: order.uid,
      stockUid: stock.uid,
      domainUid: stock.domainUid,
      domainName: stock.domainName,
      status: 'reserved',
      reason: null,
      domainPriceMicros: domainMicros,
      mailboxes: mailboxesOf(stock, asked.domains[index]!, mailboxMicros),
    };
  });
  const lines = sales.flatMap(saleLines);
  const boxes = sales.reduce((sum, { mailboxes }) => sum + mailboxes.length, 0);

  const assertRoom = async (on: Db): Promise<void> => {
    await assertDomainRoom(on, workspaceUid, sales.length);
    await assertMailboxRoom(on, workspaceUid, boxes);
  };

  /** Takes it all out of stock, or nothing. Whoever comes second waits here, and finds it gone. */
  const take = async (tx: Tx, taken: Bought, now: Date): Promise<void> => {
    for (const { uid, domainName } of stocks.toSorted((a, b) => (a.uid < b.uid ? -1 : 1))) {
      if ((await stockLock(tx, uid))?.status !== 'for_sale') throw notForSale(domainName);
      await stockUpdate(tx, uid, { status: 'reserved' }, now);
    }
    if (!(await orderInsert(tx, taken.order, taken.sales))) throw notForSale(stocks[0]!.domainName);
    const data = { domains: sales.map(({ domainName }) => domainName), mailboxes: boxes };
    await recordEvents(tx, [prewarmEvent(order, 'placed', data, now)]);
  };

  return {
    order,
    sales,
    async price() {
      await assertRoom(db);
      return withTax(db, teamUid, book.version, lines);
    },
    async buy(tx: Tx, now: Date) {
      await holdWorkspace(tx, workspaceUid);
      await lockFunds(tx, teamUid);
      await assertRoom(tx);
      await take(tx, { order, sales }, now);
      const reserved = await reserveCharges(tx, {
        teamUid,
        workspaceUid,
        ...reservationOf({ order, sales }),
        keyUid,
        now,
      });
      await beginHandOver(tx, context, sales);
      return { lines: reserved, bought: { prewarmOrderUid: order.uid } };
    },
    /** Holds the domains until the checkout of this payment ends; nothing is reserved. */
    async hold(tx: Tx, paymentUid: string, now: Date): Promise<void> {
      await holdWorkspace(tx, workspaceUid);
      await assertRoom(tx);
      const waiting = sales.map((sale): Sale => ({ ...sale, status: 'awaiting_payment' }));
      await take(tx, { order: { ...order, paymentUid }, sales: waiting }, now);
    },
  };
};

/** What is set aside for an order. */
export const reservationOf = ({ order, sales }: Bought) => ({
  reference: { type: 'prewarm' as const, uid: order.uid },
  description:
    sales.length === 1 ? `${sales[0]!.domainName}, prewarmed` : `${sales.length} prewarmed domains`,
  lines: sales.flatMap(saleLines),
  priceVersion: order.priceVersion,
});

export const beginHandOver = async (
  tx: Tx,
  { workflows }: Pick<FeatureContext, 'workflows'>,
  sales: readonly Sale[],
): Promise<void> => {
  for (const { uid } of sales) await workflows.start(tx, handOver, handOverId(uid), { saleUid: uid });
};

export const prewarmSeller: Seller<typeof body> = { body, prepare: preparePrewarm };
