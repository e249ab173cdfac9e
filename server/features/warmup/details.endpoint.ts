// GET /warmup/details: the warm-up of one mailbox, day by day.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { dayAfter, dayAt } from './calendar.ts';
import { daysSince } from './day-store.ts';
import { warmupNotFound } from './errors.ts';
import { HEALTH_DAYS, healthOn } from './health.ts';
import { exchangedSince } from './letter-store.ts';
import { later } from './move.ts';
import { subscriptionRows, subscriptionShape } from './schema.ts';
import { subscriptionOfMailbox } from './store.ts';

const DAY_MS = 24 * 60 * 60_000;
const RECIPROCITY_DAYS = 30;

export const warmupDetails = defineEndpoint<FeatureContext>()({
  operation: 'warmup.details',
  summary: 'Warm-up of a mailbox',
  description:
    'Its settings, its health on each day, and what it gave and got: a mailbox that is written to as often as it writes ' +
    'has a ratio of 1.',
  method: 'GET',
  path: '/warmup/details',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uid'],
  query: z.strictObject({
    mailbox_uid: uidToFind,
    days: z.coerce.number().pipe(z.int().min(1).max(366)).default(30),
  }),
  response: z.object({
    subscription: subscriptionShape,
    reciprocity: z
      .object({
        days: z.int(),
        sent: z.int(),
        received: z.int(),
        ratio: z
          .number()
          .nullable()
          .meta({ description: 'Received for each that was sent; null before the first' }),
        partners: z.int().meta({ description: 'Mailboxes it wrote with' }),
        available_partners: z.int().nullable().meta({ description: 'Mailboxes it may write with' }),
        own_workspace_only: z.boolean().meta({
          description: 'Mailboxes of one owner that write to each other prove little to hosts elsewhere',
        }),
      })
      .meta({ id: 'WarmupReciprocity' }),
    days: z.array(
      z
        .object({
          date: z.iso.date().meta({ description: 'In the time zone of the mailbox' }),
          planned: z.int(),
          sent: z.int(),
          replies: z.int().meta({ description: 'Of those sent' }),
          inbox: z.int().meta({ description: 'Of those sent: found in the inbox' }),
          spam: z.int(),
          missing: z.int(),
          failed: z.int(),
          received: z.int(),
          opened: z.int(),
          important: z.int(),
          rescued: z.int().meta({ description: 'Of those received: taken out of spam' }),
          health_score: z.int().nullable(),
          inbox_rate: z.number().nullable(),
        })
        .meta({ id: 'WarmupDay' }),
    ),
  }),
  errors: [warmupNotFound],
  async handle({ query, workspace }, { db, clock }) {
    const now = clock.now();
    const subscription = await subscriptionOfMailbox(db, workspace.uid, query.mailbox_uid);
    if (!subscription) throw warmupNotFound('The mailbox is not warmed up');
    const today = dayAt(now, subscription.settings.timeZone);
    const first = dayAfter(today, 1 - query.days);
    const found = await daysSince(db, [subscription.uid], dayAfter(first, -HEALTH_DAYS));
    const days = found.get(subscription.uid) ?? [];
    const exchanged = await exchangedSince(db, subscription.uid, later(now, -RECIPROCITY_DAYS * DAY_MS));
    const [row] = await subscriptionRows(db, [subscription], now);
    const { sent, received } = exchanged;
    return {
      message: 'Warmup details retrieved successfully',
      subscription: row!,
      reciprocity: {
        days: RECIPROCITY_DAYS,
        ...exchanged,
        ratio: sent === 0 ? null : Math.round((received / sent) * 100) / 100,
        available_partners: subscription.partners,
        own_workspace_only: !subscription.shared,
      },
      days: days
        .filter(({ day }) => day >= first)
        .map(({ day, ...counts }) => {
          const { score, inboxRate } = healthOn(days, day);
          return { date: day, ...counts, health_score: score, inbox_rate: inboxRate };
        }),
    };
  },
});
