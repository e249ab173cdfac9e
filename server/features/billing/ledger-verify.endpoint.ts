// GET /billing/ledger/verify: proves the team's books from the first entry on.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from './money.ts';
import { balances, chargedMicros, transactionCount, unbalancedTransactions } from './store.ts';

export const verifyLedger = defineEndpoint<FeatureContext>()({
  operation: 'billing.ledger-verify',
  summary: 'Verify the ledger',
  description:
    'Adds every entry up again. `balanced` is true when every transaction and all accounts together sum to zero, ' +
    'and the money set aside and spent equals the charges that are reserved and captured.',
  method: 'GET',
  path: '/billing/ledger/verify',
  scope: 'team',
  response: z.object({
    balanced: z.boolean(),
    transactions: z.int(),
    unbalanced_transactions: z.array(z.uuid()),
    accounts: z.object({
      wallet: z.number(),
      reserved: z.number(),
      revenue: z.number(),
      funding: z.number(),
    }),
    charges: z.object({ reserved: z.number(), captured: z.number() }),
  }),
  errors: [],
  // One snapshot: a purchase that commits between two of the sums must not look like a hole in the books.
  handle: ({ caller: { teamId } }, { db }) =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const sums = await balances(tx, teamId);
        const reserved = await chargedMicros(tx, teamId, 'reserved');
        const captured = await chargedMicros(tx, teamId, 'captured');
        const unbalanced = await unbalancedTransactions(tx, teamId);
        const balanced =
          unbalanced.length === 0 &&
          sums.wallet + sums.reserved + sums.revenue + sums.funding === 0 &&
          sums.reserved === reserved &&
          sums.revenue === captured;
        return {
          message: balanced ? 'The ledger is balanced' : 'The ledger is not balanced',
          balanced,
          transactions: await transactionCount(tx, teamId),
          unbalanced_transactions: unbalanced,
          accounts: {
            wallet: microsToCredits(sums.wallet),
            reserved: microsToCredits(sums.reserved),
            revenue: microsToCredits(sums.revenue),
            funding: microsToCredits(sums.funding),
          },
          charges: { reserved: microsToCredits(reserved), captured: microsToCredits(captured) },
        };
      }),
});
