// The shapes that several prewarm endpoints share.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { pageBody } from '../../http/paging.ts';
import { platform } from '../mailboxes/index.ts';
import { microsToCredits, type PriceBook } from '../price-book/index.ts';
import { type StockSearch, sorts } from './search-store.ts';
import { pricesOf, type Stock, type StockMailbox, stockStatuses, weeksWarmed } from './stock.ts';

const weeks = z.int().min(0).max(520);

export const searchFields = {
  ...pageBody,
  keyword: orAbsent(z.string().trim().min(1).max(253)).meta({
    description: 'Part of the name of the domain',
  }),
  platform: orAbsent(platform),
  min_weeks: orAbsent(weeks).meta({ description: 'Warmed for at least so many whole weeks' }),
  max_weeks: orAbsent(weeks),
  min_score: orAbsent(z.int().min(0).max(100)),
  sort: z.enum(sorts).default('age').meta({ description: '`price` is that of a mailbox' }),
  order: orAbsent(z.enum(['asc', 'desc'])).meta({
    description: 'Default: the oldest, the best, the cheapest first',
  }),
};

type Sought = z.output<z.ZodObject<typeof searchFields>>;

export const searchOf = (sent: Sought, { prewarm }: PriceBook): StockSearch => ({
  keyword: sent.keyword,
  platform: sent.platform,
  minWeeks: sent.min_weeks,
  maxWeeks: sent.max_weeks,
  minScore: sent.min_score,
  sort: sent.sort,
  descending: sent.order ? sent.order === 'desc' : sent.sort === 'age' || sent.sort === 'score',
  mailboxMicros: prewarm.mailboxes,
});

const commonShape = {
  domain_id: z.uuid(),
  domain_name: z.string(),
  platform: z.string(),
  warmed_weeks: z.int(),
  warmed_since: z.iso.datetime(),
  score: z.int().min(0).max(100),
  price_per_mailbox: z.number(),
};

const common = (stock: Stock, book: PriceBook, now: Date) => ({
  domain_id: stock.uid,
  domain_name: stock.domainName,
  platform: stock.platform,
  warmed_weeks: weeksWarmed(stock, now),
  warmed_since: stock.warmedSince.toISOString(),
  score: stock.score,
  price_per_mailbox: microsToCredits(pricesOf(stock, book, now).mailboxMicros),
});

export const prewarmDomainShape = z
  .object({
    ...commonShape,
    mailboxes_count: z.int(),
    domain_price: z.number(),
    total_price: z.number().meta({ description: 'The domain with all of its mailboxes, before taxes' }),
  })
  .meta({ id: 'PrewarmDomain' });

export const prewarmDomainRow = (
  stock: Stock,
  book: PriceBook,
  now: Date,
): z.infer<typeof prewarmDomainShape> => {
  const { domainMicros, mailboxMicros } = pricesOf(stock, book, now);
  return {
    ...common(stock, book, now),
    mailboxes_count: stock.mailboxes.length,
    domain_price: microsToCredits(domainMicros),
    total_price: microsToCredits(domainMicros + stock.mailboxes.length * mailboxMicros),
  };
};

export const prewarmMailboxShape = z
  .object({
    mailbox_id: z.uuid(),
    ...commonShape,
    username: z.string(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
  })
  .meta({ id: 'PrewarmMailbox' });

export const prewarmMailboxRow = (
  stock: Stock,
  mailbox: StockMailbox,
  book: PriceBook,
  now: Date,
): z.infer<typeof prewarmMailboxShape> => ({
  mailbox_id: mailbox.mailboxUid,
  ...common(stock, book, now),
  username: mailbox.username,
  email: `${mailbox.username}@${stock.domainName}`,
  first_name: mailbox.firstName,
  last_name: mailbox.lastName,
});

export const stockShape = prewarmDomainShape
  .extend({
    uid: z.uuid(),
    domain_uid: z.uuid(),
    status: z.enum(stockStatuses),
    status_reason: z.string().nullable(),
    own_domain_price: z.number().nullable().meta({ description: 'null: as the price book says' }),
    own_mailbox_price: z.number().nullable().meta({ description: 'null: as the price book says' }),
    mailboxes: z.array(z.object({ mailbox_uid: z.uuid(), email: z.string() })),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'PrewarmStock' });

const ownPrice = (micros: number | null): number | null => (micros === null ? null : microsToCredits(micros));

export const stockRow = (stock: Stock, book: PriceBook, now: Date): z.infer<typeof stockShape> => ({
  uid: stock.uid,
  ...prewarmDomainRow(stock, book, now),
  domain_uid: stock.domainUid,
  status: stock.status,
  status_reason: stock.statusReason,
  own_domain_price: ownPrice(stock.domainPriceMicros),
  own_mailbox_price: ownPrice(stock.mailboxPriceMicros),
  mailboxes: stock.mailboxes.map(({ mailboxUid, username }) => ({
    mailbox_uid: mailboxUid,
    email: `${username}@${stock.domainName}`,
  })),
  created_at: stock.createdAt.toISOString(),
});

const price = z.number().min(0).max(100_000);

/** What the operator says of a domain in stock. */
export const stockFields = {
  warmed_since: z.iso.datetime().meta({ description: 'Since when it is warmed; its age counts from here' }),
  score: z.int().min(0).max(100),
  domain_price: price.nullable().meta({ description: 'In credits; null: as the price book says' }),
  mailbox_price: price.nullable().meta({
    description: 'In credits, of each mailbox with its first month; null: as the price book says for its age',
  }),
};
