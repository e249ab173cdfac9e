// Mailboxes as something that can be quoted: the same purchase as `mailboxes.buy`.
import { z } from 'zod';
import { inTransaction } from '../../../database/database.ts';
import type { Seller } from '../quotes/index.ts';
import { buy, buyId } from './buy.workflow.ts';
import { checkWishes, type MailboxPurchase, priceMailboxes, purchaseMailboxes } from './purchase.ts';
import { mailboxWishFields, wishOf } from './schema.ts';

const body = z.strictObject(mailboxWishFields);

export const mailboxSeller: Seller<typeof body> = {
  body,
  async prepare(context, { teamUid, workspaceUid, keyUid }, asked, book) {
    const { db, secrets, settings, workflows } = context;
    const maxPerDomain = settings.maxMailboxesPerDomain;
    const purchase: MailboxPurchase = {
      scope: { teamUid, workspaceUid },
      wishes: asked.mailboxes.map((wish) => wishOf(wish, asked.months)),
      useWalletBalance: asked.use_wallet_balance || asked.months > 1,
      book,
      keyUid,
    };
    checkWishes(purchase.wishes);
    return {
      price: () => inTransaction(db, (tx) => priceMailboxes(tx, purchase, maxPerDomain)),
      async buy(tx, now) {
        const { mailboxes, lines } = await purchaseMailboxes(tx, { secrets, maxPerDomain }, purchase, now);
        for (const { uid } of mailboxes) await workflows.start(tx, buy, buyId(uid), { mailboxUid: uid });
        return { lines, bought: { mailboxUids: mailboxes.map(({ uid }) => uid) } };
      },
    };
  },
};
