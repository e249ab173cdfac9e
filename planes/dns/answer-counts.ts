// How many answers of each kind were given, counted by every thread into memory that all see.

import { typeName } from '../../protocols/dns/record-types.ts';
import { RCODE, rcodeName } from './constants.ts';

export type AnswerCount = {
  /** Its mnemonic: NOERROR, NXDOMAIN, … */
  rcode: string;
  /** That of the question; `other` for types without a name, and for messages without a readable question. */
  type: string;
  count: number;
};

/** The type of a message without a readable question. */
export const NO_TYPE = 0;

/** Types from here on have no name, except for a few that nobody asks for. */
const TYPES = 258;
const RCODES = RCODE.BADVERS + 1;

// Since a counter per number would let anyone fill the memory of whoever counts.
const LABELS = Array.from({ length: TYPES }, (_, type) => {
  const name = typeName(type);
  return name.startsWith('TYPE') ? 'other' : name;
});

export const countsMemory = (threads: number): SharedArrayBuffer =>
  new SharedArrayBuffer(threads * RCODES * TYPES * Float64Array.BYTES_PER_ELEMENT);

/** The counts of one thread, which alone writes them. */
export class AnswerCounts {
  readonly #counts: Float64Array;

  /** @param thread from 0 */
  constructor(memory: SharedArrayBuffer = countsMemory(1), thread = 0) {
    const length = RCODES * TYPES;
    this.#counts = new Float64Array(memory, thread * length * Float64Array.BYTES_PER_ELEMENT, length);
  }

  add(rcode: number, type: number): void {
    const at = rcode * TYPES + (type < TYPES ? type : NO_TYPE);
    this.#counts[at]! += 1;
  }
}

/** What all threads have counted since the start; kinds that never occurred are left out. */
export function readCounts(memory: SharedArrayBuffer): AnswerCount[] {
  const sums = new Map<string, AnswerCount>();
  new Float64Array(memory).forEach((count, index) => {
    if (count === 0) return;
    const kind = index % (RCODES * TYPES);
    const rcode = rcodeName(Math.floor(kind / TYPES));
    const type = LABELS[kind % TYPES]!;
    const key = `${rcode} ${type}`;
    const sum = sums.get(key) ?? { rcode, type, count: 0 };
    sums.set(key, { ...sum, count: sum.count + count });
  });
  return [...sums.values()];
}
