// Chance that can be had again: the same seed gives the same numbers, so that what was decided once is decided the same
// way after a restart, and a test can look at it.
import { createHash } from 'node:crypto';

/** Numbers from 0 up to, and without, 1. */
export type Random = () => number;

/** A stream of numbers that depends on the seed alone. */
export const randomFrom = (...seed: readonly (string | number)[]): Random => {
  const digest = createHash('sha256').update(seed.join('\0')).digest();
  let state = digest.readUInt32LE(0);
  // Mulberry32 (T. Ettinger, 2017): 32 bits of state, which is plenty for choosing words and minutes.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** One of them. */
export const oneOf = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)]!;

export const happens = (random: Random, percent: number): boolean => random() * 100 < percent;
