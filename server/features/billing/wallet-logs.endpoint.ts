// GET /billing/wallet/logs: every movement of the wallet, newest first, each with the balance after it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { walletMovements } from './store.ts';

const logRow = z
  .object({
    uid: z.uuid(),
    type: z.enum(['credit', 'debit']),
    reason: z.enum(['funding', 'reserve', 'release', 'refund', 'reversal', 'debt_paid']),
    credits: z.number(),
    balance_after: z.number(),
    description: z.string(),
    reference_type: z.string(),
    reference_uid: z.uuid(),
    workspace_id: z.uuid().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'WalletLog' });

export const listWalletLogs = defineEndpoint<FeatureContext>()({
  operation: 'billing.wallet-logs',
  summary: 'List wallet movements',
  method: 'GET',
  path: '/billing/wallet/logs',
  scope: 'team',
  query: z.strictObject({ ...pageQuery }),
  response: z.object({ logs: z.array(logRow), ...pageAnswer }),
  errors: [],
  async handle({ caller, query }, { db }) {
    const page = { limit: query.limit, offset: pageOffset(query) };
    // One snapshot: the balances of the rows are counted back from the wallet's.
    const { rows, total } = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((tx) => walletMovements(tx, caller.teamId, page));
    return {
      message: 'Wallet logs retrieved successfully',
      logs: rows.map((row) => ({
        uid: row.uid,
        type: row.amount_micros > 0 ? ('credit' as const) : ('debit' as const),
        reason: row.kind as z.infer<typeof logRow>['reason'],
        credits: microsToCredits(Math.abs(row.amount_micros)),
        balance_after: microsToCredits(row.balance_after),
        description: row.description,
        reference_type: row.reference_type,
        reference_uid: row.reference_uid,
        workspace_id: row.workspace_uid,
        created_at: row.created_at.toISOString(),
      })),
      ...pageFields(query, total),
    };
  },
});
