// POST /billing/wallet/low-balance: below which balance the team is told.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { lockFunds, walletSettingsUpdate, walletShape, walletView } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { creditsToMicros } from '../price-book/index.ts';

export const setLowBalance = defineEndpoint<FeatureContext>()({
  operation: 'payments.low-balance',
  summary: 'Set low-balance threshold',
  description:
    'The event `wallet.low_balance` is told each time the wallet falls from the threshold or above to below it.',
  method: 'POST',
  path: '/billing/wallet/low-balance',
  scope: 'team',
  body: z.strictObject({
    low_balance_threshold: z
      .number()
      .min(0)
      .max(1_000_000)
      .nullable()
      .meta({ description: 'In credits; null never tells', example: 25 }),
  }),
  response: walletShape,
  errors: [],
  handle: ({ body, caller: { teamId: teamUid }, commit }, { clock }) =>
    commit(async (tx) => {
      await lockFunds(tx, teamUid);
      const { low_balance_threshold: threshold } = body;
      const lowBalanceMicros = threshold === null ? null : creditsToMicros(threshold);
      await walletSettingsUpdate(tx, teamUid, { lowBalanceMicros }, clock.now());
      return { message: 'Low-balance threshold saved', ...(await walletView(tx, teamUid)) };
    }),
});
