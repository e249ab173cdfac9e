// The wallet as the API shows it, wherever it is shown.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { microsToCredits } from '../price-book/index.ts';
import { walletOf } from './wallet.ts';
import { walletSettings } from './wallet-settings.ts';

export const walletShape = z
  .object({
    total_credits: z.number(),
    credits_used: z.number(),
    credits_remaining: z.number(),
    credits_reserved: z
      .number()
      .meta({ description: 'Part of credits_used: set aside for purchases under way' }),
    credits_owed: z.number().meta({
      description: 'Of payments that were taken back after their credits were spent; the next credits pay it',
    }),
    low_balance_threshold: z
      .number()
      .nullable()
      .meta({ description: 'The event `wallet.low_balance` is told when the wallet falls below' }),
    auto_topup_enabled: z.boolean(),
    auto_topup_mode: z.string().nullable(),
    auto_topup_trigger_drops_below: z.number().nullable(),
    auto_topup_add_credits: z.number().nullable(),
    auto_topup_monthly_cap: z
      .number()
      .nullable()
      .meta({ description: 'Most credits topped up in a calendar month (UTC); null is no limit' }),
  })
  .meta({ id: 'Wallet' });

const creditsOrNull = (micros: number | null | undefined): number | null =>
  micros == null ? null : microsToCredits(micros);

export const walletView = async (db: Db, teamUid: string): Promise<z.infer<typeof walletShape>> => {
  const wallet = await walletOf(db, teamUid);
  const settings = await walletSettings(db, teamUid);
  return {
    total_credits: wallet.totalCredits,
    credits_used: wallet.creditsUsed,
    credits_remaining: wallet.creditsRemaining,
    credits_reserved: wallet.creditsReserved,
    credits_owed: wallet.creditsOwed,
    low_balance_threshold: creditsOrNull(settings.lowBalanceMicros),
    auto_topup_enabled: settings.autoTopUpEnabled,
    auto_topup_mode: settings.autoTopUp && 'threshold',
    auto_topup_trigger_drops_below: creditsOrNull(settings.autoTopUp?.belowMicros),
    auto_topup_add_credits: creditsOrNull(settings.autoTopUp?.addMicros),
    auto_topup_monthly_cap: creditsOrNull(settings.autoTopUp?.monthlyCapMicros),
  };
};
