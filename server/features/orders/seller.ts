// An order as something that can be quoted, and be bought by a quote: the same purchase either way.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { assertConsentAllowed } from '../consent-requests/index.ts';
import type { FeatureContext } from '../context.ts';
import { priceDomains } from '../domains/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Seller } from '../quotes/index.ts';
import { findSequencers } from '../sequencers/index.ts';
import { place, placeId } from './place.workflow.ts';
import { priceOrder, purchaseOrder } from './purchase.ts';
import { orderDomains, orderFields } from './schema.ts';
import { orderWishes } from './wishes.ts';

const body = z.strictObject({ ...orderFields, domains: orderDomains });

/** The order that is asked for, and the purchase of it. */
export const prepareOrder = async (
  context: FeatureContext,
  { teamUid, workspaceUid, keyUid }: { teamUid: string; workspaceUid: string; keyUid: string },
  asked: z.output<typeof body>,
  book: PriceBook,
  { waitsForFunds = false } = {},
) => {
  const scope = { teamUid, workspaceUid };
  const { domains, mailboxes, sequencers, consents } = orderWishes(asked);
  await findSequencers(context.db, workspaceUid, [...sequencers.values()]);
  for (const [domainName, consentUrl] of consents) {
    const platform = mailboxes.find((mailbox) => mailbox.domainName === domainName)?.platform;
    if (platform) {
      await assertConsentAllowed(context, { workspaceUid, domainName, platform, consentUrl });
    }
  }
  const priced = await priceDomains(context, scope, domains, book);
  const purchase = { scope, domains: priced, mailboxes, sequencers, consents, book, keyUid, waitsForFunds };
  return {
    price: () => priceOrder(context, purchase),
    async buy(tx: Tx, now: Date) {
      const { order, lines } = await purchaseOrder(tx, context, purchase, now);
      if (order.status === 'queued') {
        await context.workflows.start(tx, place, placeId(order.uid), { orderUid: order.uid });
      }
      return { lines, bought: { orderUid: order.uid } };
    },
  };
};

export const orderSeller: Seller<typeof body> = { body, prepare: prepareOrder };
