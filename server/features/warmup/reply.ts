// When a mailbox answers a letter: within its hours, on the first day that has room left under the curve. Pure.
import { lettersOn, momentsIn, nextWindow, type WarmupSettings } from './curve.ts';
import { randomFrom } from './random.ts';

/** Nobody answers at once. */
const SOONEST_MS = 20 * 60_000;
const LATEST_MS = 8 * 60 * 60_000;
/** Who has no room for so many days does not answer. */
const MOST_DAYS = 5;

export type Replier = {
  settings: WarmupSettings;
  rampDay: number;
  /** The last day that was planned, and what it may have; later days have what the curve says now. */
  plannedDay: string | null;
  plannedLetters: number;
};

/** @param countOn letters that count for a day already */
export const replySlot = (
  replier: Replier,
  { seed, readAt, countOn }: { seed: string; readAt: Date; countOn: (day: string) => number },
): { day: string; at: Date } | null => {
  const { settings, plannedDay } = replier;
  const random = randomFrom(seed, 'reply at');
  const thinks = SOONEST_MS + random() * (LATEST_MS - SOONEST_MS);
  const earliest = new Date(readAt.getTime() + SOONEST_MS);
  const wished = new Date(readAt.getTime() + thinks);
  let window = nextWindow(settings, earliest);
  for (let days = 0; days < MOST_DAYS; days += 1) {
    const { day } = window;
    const room =
      day === plannedDay
        ? replier.plannedLetters
        : lettersOn(settings, { rampDay: Math.max(1, replier.rampDay), day, seed });
    if (countOn(day) < room) {
      const isWished = wished > window.from && wished < window.until;
      const [at] = isWished ? [wished] : momentsIn(window, 1, earliest, random);
      return { day, at: at! };
    }
    window = nextWindow(settings, window.until);
  }
  return null;
};
