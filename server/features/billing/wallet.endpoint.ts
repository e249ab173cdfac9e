// GET /billing/wallet: what the team can spend.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { walletOf } from './funds.ts';

export const getWallet = defineEndpoint<FeatureContext>()({
  operation: 'billing.wallet',
  summary: 'Get wallet details',
  method: 'GET',
  path: '/billing/wallet',
  scope: 'team',
  response: z.object({
    total_credits: z.number(),
    credits_used: z.number(),
    credits_remaining: z.number(),
    credits_reserved: z
      .number()
      .meta({ description: 'Part of credits_used: set aside for purchases under way' }),
    auto_topup_enabled: z.boolean(),
    auto_topup_mode: z.string().nullable(),
    auto_topup_trigger_drops_below: z.number().nullable(),
    auto_topup_add_credits: z.number().nullable(),
  }),
  errors: [],
  async handle({ caller }, { db }) {
    const wallet = await walletOf(db, caller.teamId);
    return {
      message: 'Wallet Details',
      total_credits: wallet.totalCredits,
      credits_used: wallet.creditsUsed,
      credits_remaining: wallet.creditsRemaining,
      credits_reserved: wallet.creditsReserved,
      auto_topup_enabled: false,
      auto_topup_mode: null,
      auto_topup_trigger_drops_below: null,
      auto_topup_add_credits: null,
    };
  },
});
