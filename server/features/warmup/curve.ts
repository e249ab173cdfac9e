// How much a mailbox sends on which day, and when on that day. Pure.
import { dayAfter, dayAt, hourOf, weekdayOf } from './calendar.ts';
import { happens, type Random, randomFrom } from './random.ts';

/** How a mailbox warms up; every part of it can be chosen. */
export type WarmupSettings = {
  /** Letters on the first day, replies among them. */
  start: number;
  /** By so many more from day to day; fractions add up. */
  increment: number;
  max: number;
  /** A day has up to so much more or less than the curve says. */
  jitterPercent: number;
  /** Days on which it sends; 1 is Monday. */
  weekdays: number[];
  /** Full hours of the mailbox's own day: from the first, until the second. */
  fromHour: number;
  untilHour: number;
  /** Of the IANA database. */
  timeZone: string;
  /** Of the letters it gets: how many it answers, opens, and marks as important. */
  replyPercent: number;
  openPercent: number;
  importantPercent: number;
};

// The middle of what the field publishes: 4 or 5 on the first day, 30 within two weeks or three.
export const defaultSettings: WarmupSettings = {
  start: 4,
  increment: 2,
  max: 30,
  jitterPercent: 20,
  weekdays: [1, 2, 3, 4, 5],
  fromHour: 8,
  untilHour: 18,
  timeZone: 'UTC',
  replyPercent: 30,
  openPercent: 85,
  importantPercent: 25,
};

/** What the curve says for its n-th day of sending, from 1 on. */
export const curveAt = ({ start, increment, max }: WarmupSettings, rampDay: number): number =>
  // Fractions as people write them: 0.1 ten times is 1.
  Math.min(max, Math.floor(start + Math.round(increment * (rampDay - 1) * 1e6) / 1e6));

/** The letters of one day: the curve, and a little more or less. Always the same for a mailbox and day, at least 1. */
export const lettersOn = (
  settings: WarmupSettings,
  { rampDay, day, seed }: { rampDay: number; day: string; seed: string },
): number => {
  const share = (settings.jitterPercent / 100) * (2 * randomFrom(seed, day, 'letters')() - 1);
  return Math.max(1, Math.min(settings.max, Math.round(curveAt(settings, rampDay) * (1 + share))));
};

/** Whether its letters have reached the top of the curve. */
export const isAtTop = (settings: WarmupSettings, rampDay: number): boolean =>
  rampDay > 0 && curveAt(settings, rampDay) >= settings.max;

export type Window = { day: string; from: Date; until: Date };

/** The hours of one day; null on a day without. */
export const windowOn = (settings: WarmupSettings, day: string): Window | null => {
  const { weekdays, fromHour, untilHour, timeZone } = settings;
  if (!weekdays.includes(weekdayOf(day))) return null;
  return { day, from: hourOf(day, fromHour, timeZone), until: hourOf(day, untilHour, timeZone) };
};

/** The first hours that are not over at `at`, and not before `notBefore`; they may have begun. */
export const nextWindow = (settings: WarmupSettings, at: Date, notBefore?: string): Window => {
  const today = dayAt(at, settings.timeZone);
  // A day each way, because the same moment is on three dates around the world.
  let day = notBefore && notBefore > today ? notBefore : today;
  for (;;) {
    const window = windowOn(settings, day);
    if (window && window.until > at) return window;
    day = dayAfter(day);
  }
};

/** Moments spread over the window, or what is left of it, in order. */
export const momentsIn = ({ from, until }: Window, count: number, now: Date, random: Random): Date[] => {
  const begin = Math.max(from.getTime(), now.getTime());
  const each = (until.getTime() - begin) / count;
  return Array.from({ length: count }, (_, index) => new Date(Math.floor(begin + (index + random()) * each)));
};

/** Of the letters whose place was looked at: what share of them was found in the spam folder. */
export type Measured = { looked: number; spamShare: number };

const FEWEST_LOOKED = 10;
const HOLDS_ABOVE = 0.1;
const FALLS_ABOVE = 0.2;

/**
 * Which day of the curve comes after `rampDay`: the next one; the same again while more than a tenth lands in spam; the
 * one before while more than a fifth does. Too few letters say nothing.
 */
export const nextRampDay = (rampDay: number, { looked, spamShare }: Measured): number => {
  if (looked < FEWEST_LOOKED || spamShare <= HOLDS_ABOVE || rampDay === 0) return rampDay + 1;
  return spamShare > FALLS_ABOVE ? Math.max(1, rampDay - 1) : rampDay;
};

/** What a recipient does with a letter; the same however often it is asked. */
export const treatmentOf = (settings: WarmupSettings, letterUid: string) => ({
  opens: happens(randomFrom(letterUid, 'open'), settings.openPercent),
  marks: happens(randomFrom(letterUid, 'important'), settings.importantPercent),
  replies: happens(randomFrom(letterUid, 'reply'), settings.replyPercent),
});
