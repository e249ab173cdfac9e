// A subscription: the plan of a team, period after period, and what is due next.
import type { BillingCycle } from '../price-book/index.ts';

export type SubscriptionStatus =
  | 'active'
  /** A period began that could not be paid yet; it is tried again every day. */
  | 'past_due'
  | 'cancelled';

export type Subscription = {
  teamUid: string;
  plan: string;
  cycle: BillingCycle;
  status: SubscriptionStatus;
  periodStart: Date;
  periodEnd: Date;
  /** Periods are counted from here, so that the 31st is not lost in the first February. */
  anchor: Date;
  /** Months from the anchor to the end of the period. */
  anchorMonths: number;
  /** What the whole current period costs; 0 for the first one of a new team. */
  periodMicros: number;
  /** Of the price book the current period was priced from. */
  priceVersion: number;
  /** What it becomes with the next period. */
  next: { plan: string; cycle: BillingCycle } | null;
  cancelAtPeriodEnd: boolean;
  dueAt: Date | null;
  reminded: boolean;
  /** Failed attempts to pay for the period that has begun. */
  attempts: number;
  endedAt: Date | null;
};

const DAY_MS = 86_400_000;
/** The team is reminded this long before a period ends. */
export const REMIND_DAYS = 7;
/** A period that cannot be paid is tried again every day for this long; then the subscription ends. */
export const GRACE_DAYS = 14;

export const daysAfter = (date: Date, days: number): Date => new Date(date.getTime() + days * DAY_MS);

export const monthsOf = (cycle: BillingCycle): number => (cycle === 'yearly' ? 12 : 1);

/** When somebody has to look at it after a period has begun. */
export const firstLook = (periodEnd: Date): Date => daysAfter(periodEnd, -REMIND_DAYS);

/** When an unpaid period is tried next: on the next whole day after it began. Null when grace is over. */
export const nextAttempt = (periodEnd: Date, now: Date): Date | null => {
  const day = Math.floor((now.getTime() - periodEnd.getTime()) / DAY_MS) + 1;
  return day > GRACE_DAYS ? null : daysAfter(periodEnd, day);
};

/** The last day on which an unpaid period is tried. */
export const graceEnds = (periodEnd: Date): Date => daysAfter(periodEnd, GRACE_DAYS);
