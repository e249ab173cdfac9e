// How healthy a mailbox is, from what became of its letters. The formula is published in docs/guides/warm-up.md.
import { dayAfter } from './calendar.ts';
import type { Measured } from './curve.ts';
import type { Counts, WarmupDay } from './day-store.ts';

/** Days that a score is made of: the day itself and those before it. */
export const HEALTH_DAYS = 7;

export type Health = {
  /** 0 to 100; null while no letter's place is known. */
  score: number | null;
  /** Percent of the letters whose place was looked at that were not in spam, and not missing. */
  inboxRate: number | null;
};

type Outcome = Pick<Counts, 'inbox' | 'spam' | 'missing' | 'failed' | 'sent' | 'planned'>;

/**
 * score = 100 × (0.7 × inbox rate + 0.2 × (1 − refused share × 20, at least 0) + 0.1 × volume), where the refused share is
 * failed ÷ (sent + failed), so that 5 % and more cost all of it, and volume is sent ÷ planned, at most 1.
 */
export const healthOf = ({ inbox, spam, missing, failed, sent, planned }: Outcome): Health => {
  const looked = inbox + spam + missing;
  if (looked + failed === 0) return { score: null, inboxRate: null };
  const inboxShare = looked === 0 ? 0 : inbox / looked;
  const refusedShare = failed / (sent + failed);
  const volume = planned === 0 ? 1 : Math.min(1, sent / planned);
  const score = 100 * (0.7 * inboxShare + 0.2 * Math.max(0, 1 - refusedShare * 20) + 0.1 * volume);
  return {
    score: Math.round(score),
    inboxRate: looked === 0 ? null : Math.round(inboxShare * 1000) / 10,
  };
};

const sumOf = (days: readonly WarmupDay[]): Outcome => {
  const sum = { inbox: 0, spam: 0, missing: 0, failed: 0, sent: 0, planned: 0 };
  for (const day of days) {
    for (const count of Object.keys(sum) as (keyof Outcome)[]) sum[count] += day[count];
  }
  return sum;
};

/** The health on a day, from that day and those before it. */
export const healthOn = (days: readonly WarmupDay[], day: string): Health => {
  const first = dayAfter(day, 1 - HEALTH_DAYS);
  return healthOf(sumOf(days.filter((one) => one.day >= first && one.day <= day)));
};

export const measuredOf = (days: readonly WarmupDay[]): Measured => {
  const { inbox, spam, missing } = sumOf(days);
  const looked = inbox + spam + missing;
  return { looked, spamShare: looked === 0 ? 0 : spam / looked };
};
