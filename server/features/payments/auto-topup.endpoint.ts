// POST /billing/wallet/auto-topup: whether and how the wallet tops itself up.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  lockFunds,
  topUpIfLow,
  walletSettings,
  walletSettingsUpdate,
  walletShape,
  walletView,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { creditsToBuy } from './credits.ts';
import { incompleteTopUp, noPaymentMethod, paymentsUnavailable } from './errors.ts';
import { payingTeam, vendorSays } from './open.ts';
import { customerInsert } from './store.ts';

export const setAutoTopUp = defineEndpoint<FeatureContext>()({
  operation: 'payments.auto-topup',
  summary: 'Set automatic top-up',
  description:
    'When the wallet drops below the mark, the stored payment method is charged for as often the amount as it takes to ' +
    'be above it again, within the monthly cap. A decline is told by the event `wallet.top_up_failed` and tried again ' +
    'after an hour, later after longer. Fields that are left out keep what they were.',
  method: 'POST',
  path: '/billing/wallet/auto-topup',
  scope: 'team',
  right: 'purchase',
  body: z.strictObject({
    auto_topup_enabled: z.boolean(),
    auto_topup_mode: z.literal('threshold').nullable().optional(),
    auto_topup_trigger_drops_below: z.number().positive().max(100_000).optional(),
    auto_topup_add_credits: creditsToBuy.optional(),
    auto_topup_monthly_cap: z
      .number()
      .min(5)
      .max(1_000_000)
      .nullable()
      .optional()
      .meta({ description: 'Most credits topped up in a calendar month (UTC); null is no limit' }),
  }),
  response: walletShape,
  errors: [noPaymentMethod, incompleteTopUp, paymentsUnavailable],
  examples: { body: { auto_topup_enabled: false } },
  async handle({ body, caller: { teamId: teamUid }, commit }, context) {
    const paying = body.auto_topup_enabled ? await payingTeam(context, teamUid) : null;
    if (paying) {
      const method = await vendorSays(() => paying.payments.storedMethod(paying.customerId));
      if (!method) {
        throw noPaymentMethod(
          'No payment method is stored: open the address of GET /v1/api/billing/manage and store one',
        );
      }
    }
    return commit(async (tx) => {
      const now = context.clock.now();
      await lockFunds(tx, teamUid);
      const before = await walletSettings(tx, teamUid);
      const autoTopUp = merged(before.autoTopUp, body);
      if (body.auto_topup_enabled && !autoTopUp) {
        throw incompleteTopUp(
          'auto_topup_trigger_drops_below and auto_topup_add_credits are required to switch it on',
        );
      }
      const change = { autoTopUpEnabled: body.auto_topup_enabled, autoTopUp };
      // Whoever switches it on does not want to wait for the end of an old pause.
      const fresh = body.auto_topup_enabled ? { topUpFailures: 0, topUpNotBefore: null } : {};
      await walletSettingsUpdate(tx, teamUid, { ...change, ...fresh }, now);
      if (paying) {
        await customerInsert(tx, { teamUid, vendor: paying.vendor, customerId: paying.customerId });
        await topUpIfLow(tx, teamUid, now);
      }
      return {
        message: body.auto_topup_enabled ? 'Automatic top-up is on' : 'Automatic top-up is off',
        ...(await walletView(tx, teamUid)),
      };
    });
  },
});

type AutoTopUp = Awaited<ReturnType<typeof walletSettings>>['autoTopUp'];

/** What is sent over what is stored; null while the mark or the amount is missing. */
const merged = (
  stored: AutoTopUp,
  sent: {
    auto_topup_trigger_drops_below?: number;
    auto_topup_add_credits?: number;
    auto_topup_monthly_cap?: number | null;
  },
): AutoTopUp => {
  const micros = (credits: number | undefined, kept: number | undefined) =>
    credits === undefined ? kept : creditsToMicros(credits);
  const belowMicros = micros(sent.auto_topup_trigger_drops_below, stored?.belowMicros);
  const addMicros = micros(sent.auto_topup_add_credits, stored?.addMicros);
  if (belowMicros === undefined || addMicros === undefined) return stored;
  const cap = sent.auto_topup_monthly_cap;
  const monthlyCapMicros = cap === null ? null : (micros(cap, stored?.monthlyCapMicros ?? undefined) ?? null);
  return { belowMicros, addMicros, monthlyCapMicros };
};
