// An order as something that can be quoted, and be bought by a quote: the same purchase either way.
import { z } from 'zod';
import { priceDomains } from '../domains/index.ts';
import type { Seller } from '../quotes/index.ts';
import { place, placeId } from './place.workflow.ts';
import { priceOrder, purchaseOrder } from './purchase.ts';
import { orderDomains, orderFields } from './schema.ts';
import { orderWishes } from './wishes.ts';

const body = z.strictObject({ ...orderFields, domains: orderDomains });

export const orderSeller: Seller<typeof body> = {
  body,
  async prepare(context, { teamUid, workspaceUid, keyUid }, asked, book) {
    const scope = { teamUid, workspaceUid };
    const { domains, mailboxes } = orderWishes(asked);
    const priced = await priceDomains(context, scope, domains, book);
    const purchase = { scope, domains: priced, mailboxes, book, keyUid };
    return {
      price: () => priceOrder(context, purchase),
      async buy(tx, now) {
        const { order, lines } = await purchaseOrder(tx, context, purchase, now);
        await context.workflows.start(tx, place, placeId(order.uid), { orderUid: order.uid });
        return { lines, bought: { orderUid: order.uid } };
      },
    };
  },
};
