// The shapes that several warm-up endpoints share.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { uidToFind } from '../../http/uid.ts';
import { type Mailbox, mailboxesOfUids } from '../mailboxes/index.ts';
import { currentPrices, microsToCredits, type PriceBook } from '../price-book/index.ts';
import { dayAfter, dayAt, isTimeZone } from './calendar.ts';
import { isAtTop, type WarmupSettings } from './curve.ts';
import { daysSince, sentOf } from './day-store.ts';
import { warmupSettingsInvalid } from './errors.ts';
import { HEALTH_DAYS, type Health, healthOn } from './health.ts';
import { type Subscription, warmupStatuses } from './subscription.ts';

export const mailboxUids = z.array(uidToFind).min(1).max(100).meta({ description: 'At most 100' });

const percent = (what: string) => orAbsent(z.int().min(0).max(100)).meta({ description: what });
const hour = (least: number, most: number, what: string) =>
  orAbsent(z.int().min(least).max(most)).meta({ description: what });

/** What can be chosen; what is left out stays as it is, or is as by default. */
export const settingsFields = {
  start: orAbsent(z.int().min(1).max(100)).meta({
    description: 'Letters on the first day, replies included',
  }),
  increment: orAbsent(z.number().min(0).max(20)).meta({
    description: 'By so many more each day of sending; fractions add up',
  }),
  max: orAbsent(z.int().min(1).max(100)).meta({ description: 'Letters on a day at most, replies included' }),
  jitter_percent: percent('A day has up to so much more or less than the curve says; never more than `max`'),
  weekdays: orAbsent(z.array(z.int().min(1).max(7)).min(1).max(7)).meta({ description: '1 is Monday' }),
  from_hour: hour(0, 23, 'First full hour of sending, in `time_zone`'),
  until_hour: hour(1, 24, 'Full hour it ends'),
  time_zone: orAbsent(
    z
      .string()
      .max(64)
      .refine(isTimeZone, { error: 'is a time zone of the IANA database, such as Europe/Berlin' }),
  ).meta({ example: 'Europe/Berlin' }),
  reply_percent: percent('Of the letters it gets: how many it answers'),
  open_percent: percent('How many it opens'),
  important_percent: percent('How many it marks as important'),
  share_across_workspaces: orAbsent(z.boolean()).meta({
    description: 'Whether it also writes with mailboxes of other workspaces, those that agree to it as well',
  }),
};

type SentSettings = z.output<z.ZodObject<typeof settingsFields>>;

/** Those that were sent, by our names. */
export const settingsIn = (sent: SentSettings): Partial<WarmupSettings> => {
  const named = {
    start: sent.start,
    increment: sent.increment,
    max: sent.max,
    jitterPercent: sent.jitter_percent,
    weekdays: sent.weekdays && [...new Set(sent.weekdays)].sort((one, other) => one - other),
    fromHour: sent.from_hour,
    untilHour: sent.until_hour,
    timeZone: sent.time_zone,
    replyPercent: sent.reply_percent,
    openPercent: sent.open_percent,
    importantPercent: sent.important_percent,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
};

/** @throws ApiError warmup_settings_invalid */
export const assertSettings = ({ start, max, fromHour, untilHour }: WarmupSettings): void => {
  if (start > max) throw warmupSettingsInvalid(`start (${start}) is more than max (${max})`);
  if (fromHour >= untilHour) {
    throw warmupSettingsInvalid(`until_hour (${untilHour}) must come after from_hour (${fromHour})`);
  }
};

export const settingsShape = z
  .object({
    start: z.int(),
    increment: z.number(),
    max: z.int(),
    jitter_percent: z.int(),
    weekdays: z.array(z.int()),
    from_hour: z.int(),
    until_hour: z.int(),
    time_zone: z.string(),
    reply_percent: z.int(),
    open_percent: z.int(),
    important_percent: z.int(),
    share_across_workspaces: z.boolean(),
  })
  .meta({ id: 'WarmupSettings' });

const settingsRow = ({ settings, shared }: Subscription): z.infer<typeof settingsShape> => ({
  start: settings.start,
  increment: settings.increment,
  max: settings.max,
  jitter_percent: settings.jitterPercent,
  weekdays: settings.weekdays,
  from_hour: settings.fromHour,
  until_hour: settings.untilHour,
  time_zone: settings.timeZone,
  reply_percent: settings.replyPercent,
  open_percent: settings.openPercent,
  important_percent: settings.importantPercent,
  share_across_workspaces: shared,
});

const warmupStates = ['not_started', 'in_progress', 'ready', 'no_partners', 'stopped'] as const;

const cachedStats = z
  .object({
    health_score: z.int().nullable().meta({
      description: '0 to 100, from the last 7 days; null while no letter’s place is known',
    }),
    inbox_rate: z.number().nullable().meta({ description: 'Percent; measured by looking' }),
    warmup_day: z.int().meta({ description: 'Day of the curve it is on' }),
    emails_sent: z.int(),
    warmup_status: z.enum(warmupStates).meta({
      description:
        '`ready`: the top of the curve is reached, and goes on; `no_partners`: there is nobody it may write to',
    }),
  })
  .meta({ id: 'WarmupStats' });

export const subscriptionShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    status: z.enum(warmupStatuses),
    status_reason: z.string().nullable(),
    paused_for: z.enum(['request', 'payment', 'mailbox']).nullable(),
    mailbox_uid: z.uuid(),
    mailbox_email: z.string(),
    price_per_month: z.number(),
    started_at: z.iso.datetime().nullable(),
    next_billing_date: z.iso.datetime().nullable().meta({
      description: 'Null while it is not renewed',
    }),
    paid_until: z.iso.datetime().nullable(),
    mailbox: z
      .object({
        uid: z.uuid(),
        username: z.string(),
        domain_name: z.string(),
        platform: z.string(),
        status: z.string(),
      })
      .meta({ id: 'WarmupMailbox' }),
    cached_stats: cachedStats,
    settings: settingsShape,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'WarmupSubscription' });

const stateOf = (subscription: Subscription): (typeof warmupStates)[number] => {
  const { status, rampDay, partners, settings } = subscription;
  if (status === 'paused' || status === 'cancelled') return 'stopped';
  if (rampDay === 0) return 'not_started';
  if (partners === 0) return 'no_partners';
  return isAtTop(settings, rampDay) ? 'ready' : 'in_progress';
};

/** The health of each on its own day. */
export const healthNow = async (
  db: Db,
  subscriptions: readonly Subscription[],
  now: Date,
): Promise<Map<string, Health>> => {
  const uids = subscriptions.map(({ uid }) => uid);
  // A day more, because days of different time zones are counted.
  const days = await daysSince(db, uids, dayAfter(dayAt(now, 'UTC'), -HEALTH_DAYS - 1));
  return new Map(
    subscriptions.map(({ uid, settings }) => [
      uid,
      healthOn(days.get(uid) ?? [], dayAt(now, settings.timeZone)),
    ]),
  );
};

export const subscriptionRows = async (
  db: Db,
  subscriptions: readonly Subscription[],
  now: Date,
): Promise<z.infer<typeof subscriptionShape>[]> => {
  const uids = subscriptions.map(({ uid }) => uid);
  const mailboxes = await mailboxesOfUids(
    db,
    subscriptions.map(({ mailboxUid }) => mailboxUid),
  );
  const book = await currentPrices(db);
  const health = await healthNow(db, subscriptions, now);
  const sent = await sentOf(db, uids);
  return subscriptions.map((subscription) => {
    const mailbox = mailboxes.get(subscription.mailboxUid)!;
    return subscriptionRow(subscription, mailbox, book, {
      ...health.get(subscription.uid)!,
      sent: sent.get(subscription.uid) ?? 0,
    });
  });
};

const subscriptionRow = (
  subscription: Subscription,
  mailbox: Mailbox,
  { addOns }: PriceBook,
  { score, inboxRate, sent }: Health & { sent: number },
): z.infer<typeof subscriptionShape> => ({
  uid: subscription.uid,
  id: subscription.uid,
  status: subscription.status,
  status_reason: subscription.statusReason,
  paused_for: subscription.pausedFor,
  mailbox_uid: mailbox.uid,
  mailbox_email: mailbox.address,
  price_per_month: microsToCredits(addOns.warmupMailboxMonthMicros),
  started_at: subscription.startedAt?.toISOString() ?? null,
  next_billing_date:
    subscription.status === 'active' ? (subscription.paidUntil?.toISOString() ?? null) : null,
  paid_until: subscription.paidUntil?.toISOString() ?? null,
  mailbox: {
    uid: mailbox.uid,
    username: mailbox.username,
    domain_name: mailbox.domainName,
    platform: mailbox.platform,
    status: mailbox.status,
  },
  cached_stats: {
    health_score: score,
    inbox_rate: inboxRate,
    warmup_day: subscription.rampDay,
    emails_sent: sent,
    warmup_status: stateOf(subscription),
  },
  settings: settingsRow(subscription),
  createdAt: subscription.createdAt.toISOString(),
  updatedAt: subscription.updatedAt.toISOString(),
});
