// A quote as the API shows it.
import { z } from 'zod';
import { taxesOf } from '../billing/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { type Bought, isTax, type Quote, quoteStatus, quoteStatuses } from './quote.ts';

export const boughtShape = z
  .object({
    order_id: z.uuid().nullable(),
    prewarm_order_uid: z.uuid().nullable(),
    domain_uids: z.array(z.uuid()),
    mailbox_uids: z.array(z.uuid()),
  })
  .meta({ id: 'QuoteBought' });

export const boughtView = (bought: Bought): z.infer<typeof boughtShape> => ({
  order_id: bought.orderUid ?? null,
  prewarm_order_uid: bought.prewarmOrderUid ?? null,
  domain_uids: bought.domainUids ?? [],
  mailbox_uids: bought.mailboxUids ?? [],
});

export const waitShape = z
  .object({
    quote_uid: z.uuid().meta({ description: 'What waits: follow or cancel it as a quote' }),
    missing_credits: z.number(),
    checkout_url: z.string().meta({ description: 'Where to pay what is missing' }),
    until: z.iso.datetime().meta({ description: 'When it is given up' }),
  })
  .meta({ id: 'WaitForFunds' });
export type WaitView = z.infer<typeof waitShape>;

/** What every purchase that can wait takes. */
export const waitForFundsField = z
  .boolean()
  .default(false)
  .meta({
    description:
      'With a wallet that is too low, the purchase is not refused: it waits as a quote, at the prices of now, and is made by ' +
      'itself when credits arrive, within a week',
  });

export const quoteShape = z
  .object({
    uid: z.uuid(),
    kind: z.string().meta({ description: 'What would be bought: `order`, `register_domains`, …' }),
    status: z.enum(quoteStatuses),
    reason: z.string().nullable().meta({ description: 'Why it was cancelled, or given up' }),
    currency: z.literal('credits'),
    lines: z.array(z.object({ description: z.string(), credits: z.number() }).meta({ id: 'QuoteLine' })),
    subtotal: z.number(),
    taxes: z.array(z.object({ description: z.string(), credits: z.number() }).meta({ id: 'QuoteTax' })),
    tax: z.number(),
    total: z.number(),
    price_version: z.int(),
    request: z.record(z.string(), z.unknown()).meta({ description: 'What was asked for' }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    waiting_since: z.iso.datetime().nullable(),
    accepted_at: z.iso.datetime().nullable(),
    bought: boughtShape.nullable(),
  })
  .meta({ id: 'Quote' });

const lineView = ({ description, amountMicros }: { description: string; amountMicros: number }) => ({
  description,
  credits: microsToCredits(amountMicros),
});

export const quoteView = (quote: Quote, now: Date): z.infer<typeof quoteShape> => ({
  uid: quote.uid,
  kind: quote.kind,
  status: quoteStatus(quote, now),
  reason: quote.endReason,
  currency: 'credits',
  lines: quote.lines.filter((line) => !isTax(line)).map(lineView),
  taxes: taxesOf(quote.lines).map(lineView),
  subtotal: microsToCredits(quote.totalMicros - quote.taxMicros),
  tax: microsToCredits(quote.taxMicros),
  total: microsToCredits(quote.totalMicros),
  price_version: quote.priceVersion,
  request: quote.body as Record<string, unknown>,
  created_at: quote.createdAt.toISOString(),
  expires_at: quote.expiresAt.toISOString(),
  waiting_since: quote.waitingSince?.toISOString() ?? null,
  accepted_at: quote.acceptedAt?.toISOString() ?? null,
  bought: quote.bought && boughtView(quote.bought),
});
