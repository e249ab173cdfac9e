// GET /warmup/stats: the warm-up of a workspace in five numbers.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { healthNow } from './schema.ts';
import { activeOfWorkspace, subscriptionCounts } from './store.ts';

export const warmupStats = defineEndpoint<FeatureContext>()({
  operation: 'warmup.stats',
  summary: 'Warm-up of a workspace',
  method: 'GET',
  path: '/warmup/stats',
  scope: 'workspace',
  query: z.strictObject({}),
  response: z.object({
    // In this spelling alone, because clients know it so.
    stats: z
      .object({
        activeCount: z.int(),
        pendingCount: z.int(),
        pausedCount: z.int(),
        avgHealthScore: z.int().meta({
          description: 'Of active mailboxes whose letters were looked for; 0 while there are none',
        }),
        monthlyTotal: z.number().meta({ description: 'What the active ones cost a month, before taxes' }),
      })
      .meta({ id: 'WarmupTotals' }),
  }),
  async handle({ workspace }, { db, clock }) {
    const counts = await subscriptionCounts(db, workspace.uid);
    const health = await healthNow(db, await activeOfWorkspace(db, workspace.uid), clock.now());
    const scores = [...health.values()].flatMap(({ score }) => (score === null ? [] : [score]));
    const sum = scores.reduce((total, score) => total + score, 0);
    const { addOns } = await currentPrices(db);
    return {
      message: 'Warmup stats retrieved successfully',
      stats: {
        activeCount: counts.active,
        pendingCount: counts.pending,
        pausedCount: counts.paused,
        avgHealthScore: scores.length === 0 ? 0 : Math.round(sum / scores.length),
        monthlyTotal: microsToCredits(addOns.warmupMailboxMonthMicros * counts.active),
      },
    };
  },
});
