// GET /billing/upcoming: everything that will be charged by itself until a day, and whether the wallet can pay it.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { walletBalance } from './store.ts';
import { taxOn, taxRateOf } from './tax.ts';
import type { UpcomingCharge } from './upcoming.ts';

/** What a feature that renews something foresees; handed in, because those features come later. */
export type ReadUpcoming = (
  context: FeatureContext,
  teamUid: string,
  until: Date,
) => Promise<UpcomingCharge[]>;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 731;

const charge = z
  .object({
    type: z.enum(['domain', 'mailbox', 'subscription', 'warmup']),
    uid: z.uuid(),
    workspace_id: z.uuid().nullable(),
    due_at: z.iso.datetime(),
    description: z.string(),
    credits: z.number().meta({ description: 'With the tax' }),
    tax: z.number(),
    paid_with: z.enum(['wallet', 'included_seat']),
    balance_after: z
      .number()
      .meta({ description: 'Of the wallet as it is now; below 0 is what will be missing by then' }),
  })
  .meta({ id: 'UpcomingCharge' });

export const listUpcoming = (sources: readonly ReadUpcoming[]) =>
  defineEndpoint<FeatureContext>()({
    operation: 'billing.upcoming',
    summary: 'List upcoming charges',
    description:
      'Renewals of the subscription, of domains and of mailboxes through a day, soonest first, at the prices of today. ' +
      '`short_at` is the first one that the wallet could not pay.',
    method: 'GET',
    path: '/billing/upcoming',
    scope: 'team',
    query: z.strictObject({
      until: orAbsent(z.iso.datetime({ offset: true })).meta({
        description: `Default: in ${DEFAULT_DAYS} days; at most ${MOST_DAYS} days from now`,
      }),
    }),
    response: z.object({
      until: z.iso.datetime(),
      charges: z.array(charge),
      total_credits: z.number(),
      credits_remaining: z.number(),
      missing_credits: z.number(),
      short_at: z.iso.datetime().nullable(),
    }),
    async handle({ caller, query }, context) {
      const now = context.clock.now().getTime();
      const asked = query.until === undefined ? now + DEFAULT_DAYS * DAY_MS : Date.parse(query.until);
      const until = new Date(Math.min(asked, now + MOST_DAYS * DAY_MS));
      const found = await Promise.all(sources.map((read) => read(context, caller.teamId, until)));
      const charges = found.flat().sort((a, b) => a.at.getTime() - b.at.getTime());
      const { version } = await currentPrices(context.db);
      const rate = await taxRateOf(context.db, caller.teamId, version);
      const wallet = await walletBalance(context.db, caller.teamId);
      let balance = wallet;
      let shortAt: Date | null = null;
      const lines = charges.map(({ subject, workspaceUid, at, description, amountMicros, paidWith }) => {
        const tax = taxOn(rate, amountMicros);
        balance -= amountMicros + tax;
        if (balance < 0) shortAt ??= at;
        return {
          type: subject.type,
          uid: subject.uid,
          workspace_id: workspaceUid,
          due_at: at.toISOString(),
          description,
          credits: microsToCredits(amountMicros + tax),
          tax: microsToCredits(tax),
          paid_with: paidWith,
          balance_after: microsToCredits(balance),
        };
      });
      return {
        message: 'Upcoming charges retrieved successfully',
        until: until.toISOString(),
        charges: lines,
        total_credits: microsToCredits(wallet - balance),
        credits_remaining: microsToCredits(wallet),
        missing_credits: microsToCredits(Math.max(0, -balance)),
        short_at: (shortAt as Date | null)?.toISOString() ?? null,
      };
    },
  });
