// Putting a domain of the operator's own up for sale.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { domainLock } from '../domains/index.ts';
import { liveMailboxesOf } from '../mailboxes/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { prewarmStockNotForSale, prewarmStockNotFound, prewarmUnfit } from './errors.ts';
import type { Stock } from './stock.ts';
import { stockInsert, stockLock } from './store.ts';

type PutUp = Pick<Stock, 'warmedSince' | 'score' | 'domainPriceMicros' | 'mailboxPriceMicros'>;

export const microsOrBook = (credits: number | null): number | null =>
  credits === null ? null : creditsToMicros(credits);

const unfit = (name: string, reason: string) =>
  prewarmUnfit(`${name} cannot be put up for sale: ${reason}`, { reason });

/** @throws ApiError prewarm_unfit, also for a domain of another team, which is as unknown as one that never was */
export const putUp = async (
  tx: Tx,
  teamUid: string,
  domainUid: string,
  given: PutUp,
  now: Date,
): Promise<Stock> => {
  const domain = await domainLock(tx, domainUid);
  if (domain?.teamUid !== teamUid) throw prewarmStockNotFound('Your team has no such domain');
  const { name } = domain;
  if (domain.connectionType !== 'purchased' || domain.registrationId === null) {
    throw unfit(name, 'it was not bought here, so its registration cannot be given to anybody');
  }
  if (domain.status !== 'active') throw unfit(name, `it is ${domain.status}`);
  if (domain.unpaidSince) throw unfit(name, 'its renewal is not paid');
  const mailboxes = await liveMailboxesOf(tx, domainUid);
  const idle = mailboxes.find(({ status }) => status !== 'active');
  if (idle) throw unfit(name, `${idle.address} is ${idle.status}`);
  const [first] = mailboxes;
  if (!first) throw unfit(name, 'it has no mailboxes');
  if (given.warmedSince > now) throw unfit(name, 'warmed_since is in the future');
  const stock: Stock = {
    uid: newId(),
    teamUid,
    domainUid,
    domainName: name,
    platform: first.platform,
    ...given,
    status: 'for_sale',
    statusReason: null,
    mailboxes: mailboxes.map(({ uid: mailboxUid, username, firstName, lastName }) => ({
      ...{ mailboxUid, username, firstName, lastName },
    })),
    createdAt: now,
  };
  if (!(await stockInsert(tx, stock))) throw unfit(name, 'it is up for sale already');
  return stock;
};

/** @throws ApiError prewarm_stock_not_found, prewarm_stock_not_for_sale */
export const lockForSale = async (tx: Tx, uid: string): Promise<Stock> => {
  const stock = await stockLock(tx, uid);
  if (!stock) throw prewarmStockNotFound('There is nothing in stock with this id');
  if (stock.status === 'for_sale') return stock;
  throw prewarmStockNotForSale(`${stock.domainName} is ${stock.status}`, { status: stock.status });
};
