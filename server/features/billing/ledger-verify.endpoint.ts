// GET /billing/ledger/verify: proves the team's books from the first entry on.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { proveBooks } from './proof.ts';
import { lastProof } from './proofs.ts';

export const verifyLedger = defineEndpoint<FeatureContext>()({
  operation: 'billing.ledger-verify',
  summary: 'Verify the ledger',
  description:
    'Adds every entry up again, from the first one on. `balanced` is true when that is what the accounts are kept ' +
    'at, every transaction and all accounts together sum to zero, and the money set aside and spent equals the ' +
    'charges that are reserved and captured.',
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
      tax: z.number(),
      funding: z.number(),
      debt: z.number(),
    }),
    charges: z.object({ reserved: z.number(), captured: z.number() }),
    daily_proof: z
      .object({ at: z.iso.datetime(), balanced: z.boolean() })
      .nullable()
      .meta({ description: 'The last of those that are made by themselves' }),
  }),
  errors: [],
  handle: ({ caller: { teamId } }, { db }) =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const { balanced, accounts, charges, unbalanced, transactions } = await proveBooks(tx, teamId);
        const daily = await lastProof(tx, teamId);
        return {
          message: balanced ? 'The ledger is balanced' : 'The ledger is not balanced',
          balanced,
          transactions,
          unbalanced_transactions: unbalanced,
          accounts: {
            wallet: microsToCredits(accounts.wallet),
            reserved: microsToCredits(accounts.reserved),
            revenue: microsToCredits(accounts.revenue),
            tax: microsToCredits(accounts.tax),
            funding: microsToCredits(accounts.funding),
            debt: microsToCredits(accounts.debt),
          },
          charges: {
            reserved: microsToCredits(charges.reserved),
            captured: microsToCredits(charges.captured),
          },
          daily_proof: daily && { at: daily.provedAt.toISOString(), balanced: daily.balanced },
        };
      }),
});
