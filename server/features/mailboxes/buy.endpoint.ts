// POST /mailboxes/buy: mailboxes on domains the workspace has; the rest happens in the workflow `mailboxes.buy`.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  billShape,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { buyOrWait, waitForFundsField, waitShape } from '../quotes/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
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
    'mailbox is made; one that fails for good is credited back by itself. `months` pays them ahead. With `wait_for_funds: true` a wallet that is too ' +
    'low does not refuse it: it waits, and is bought by itself when credits arrive. With `dry_run: true` it only answers ' +
    'the price, line by line.',
  method: 'POST',
  path: '/mailboxes/buy',
  scope: 'workspace',
  keepsToDomains: ['mailboxes.domain_name'],
  right: 'purchase',
  rateLimit: 'bulk',
  body: z.strictObject({
    ...mailboxWishFields,
    wait_for_funds: waitForFundsField,
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    mailboxes: z.array(mailboxShape),
    waits: waitShape.nullable().meta({ description: 'With `wait_for_funds`, when nothing was bought yet' }),
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
    workspaceLimitReached,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock } = context;
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run, wait_for_funds, ...asked } = body;
    const book = await currentPrices(db);
    const sale = await mailboxSeller.prepare(context, buyer, asked, book);
    const priced = dry_run || wait_for_funds ? await sale.price() : [];
    if (dry_run) {
      const lines = priced;
      const planned = { ...buyer, type: 'mailbox' as const, lines, now: clock.now() };
      await assertPayable(db, planned, { waits: wait_for_funds });
      return {
        message: 'Nothing was bought: this is what it would cost',
        ...bill(lines, await walletMicros(db, caller.teamId), { dryRun: true }),
        mailboxes: [],
        waits: null,
      };
    }
    return commit(async (tx) => {
      const purchase = {
        buyer,
        kind: 'buy_mailboxes',
        body: asked,
        book,
        sale,
        priced,
        waits: wait_for_funds,
      };
      const { lines, bought, waits } = await buyOrWait(tx, context, purchase, clock.now());
      const uids = bought.mailboxUids ?? [];
      const rows = await mailboxesOfUids(tx, uids);
      return {
        message: waits
          ? 'The mailboxes are bought when credits arrive'
          : 'Mailbox scheduled to be assigned to domains successfully',
        ...bill(lines, await walletMicros(tx, caller.teamId), { dryRun: false }),
        mailboxes: await mailboxRows(
          tx,
          uids.map((uid) => rows.get(uid)!),
        ),
        waits,
      };
    });
  },
});
