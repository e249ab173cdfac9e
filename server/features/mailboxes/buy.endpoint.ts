// POST /mailboxes/buy: mailboxes on domains the workspace has; the rest happens in the workflow `mailboxes.buy`.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { assertPayable, bill, insufficientFunds, spendCapExceeded, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { priceLine } from '../domains/index.ts';
import { currentPrices } from '../price-book/index.ts';
import {
  duplicateMailbox,
  invalidUsername,
  mailboxExists,
  mixedPlatforms,
  noDomainsFound,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import { mailboxRows, mailboxShape, mailboxWishFields } from './schema.ts';
import { mailboxSeller } from './seller.ts';
import { mailboxesOfUids } from './store.ts';

export const buyMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.buy',
  summary: 'Buy mailboxes',
  description:
    'Buys all of the named mailboxes or none. Included seats are used first; `use_wallet_balance: true` pays every ' +
    'mailbox from the wallet and keeps the seats free. The price is set aside at once and charged just before a ' +
    'mailbox is made; one that fails for good is credited back by itself. With `dry_run: true` it only answers the ' +
    'price, line by line.',
  method: 'POST',
  path: '/mailboxes/buy',
  scope: 'workspace',
  right: 'purchase',
  rateLimit: 'bulk',
  body: z.strictObject({
    ...mailboxWishFields,
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    dry_run: z.boolean(),
    total_cost: z.number(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
    mailboxes: z.array(mailboxShape),
  }),
  errors: [
    insufficientFunds,
    spendCapExceeded,
    mailboxExists,
    duplicateMailbox,
    noDomainsFound,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    invalidUsername,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock } = context;
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run, ...asked } = body;
    const sale = await mailboxSeller.prepare(context, buyer, asked, await currentPrices(db));
    if (dry_run) {
      const lines = await sale.price();
      await assertPayable(db, { ...buyer, type: 'mailbox', lines, now: clock.now() });
      return {
        message: 'Nothing was bought: this is what it would cost',
        ...bill(lines, await walletMicros(db, caller.teamId), { dryRun: true }),
        mailboxes: [],
      };
    }
    return commit(async (tx) => {
      const { lines, bought } = await sale.buy(tx, clock.now());
      const rows = await mailboxesOfUids(tx, bought.mailboxUids!);
      return {
        message: 'Mailbox scheduled to be assigned to domains successfully',
        ...bill(lines, await walletMicros(tx, caller.teamId), { dryRun: false }),
        mailboxes: await mailboxRows(
          tx,
          bought.mailboxUids!.map((uid) => rows.get(uid)!),
        ),
      };
    });
  },
});
