// Compiled answers by question, bounded, and valid only as long as the zones they were made from.

import type { Zone } from './zone.ts';

export type CachedAnswer = {
  /** The whole message as for TCP. */
  response: Buffer;
  rcode: number;
  /** The zones that were looked at, and the generation of the zone table at that time. */
  zones: readonly Zone[];
  generation: number;
};

/**
 * Keeps at least the last `capacity / 2` answers used and at most `capacity`: two halves, of which the older is
 * dropped whole when the newer is full. Random names (an attack, usually) can thus push answers out but not grow it.
 */
export class AnswerCache {
  readonly #halfCapacity: number;
  #newer = new Map<string, CachedAnswer>();
  #older = new Map<string, CachedAnswer>();

  constructor(capacity: number) {
    this.#halfCapacity = Math.ceil(capacity / 2);
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** The answer when it is still what the zones say. */
  get(key: string, generation: number): CachedAnswer | undefined {
    let answer = this.#newer.get(key);
    if (!answer) {
      answer = this.#older.get(key);
      if (!answer) return undefined;
      this.#older.delete(key);
      this.#keep(key, answer);
    }
    const valid = answer.generation === generation && !answer.zones.some((zone) => zone.retired);
    if (valid) return answer;
    this.#newer.delete(key);
    return undefined;
  }

  set(key: string, answer: CachedAnswer): void {
    this.#older.delete(key);
    this.#keep(key, answer);
  }

  #keep(key: string, answer: CachedAnswer): void {
    if (this.#newer.size >= this.#halfCapacity) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, answer);
  }
}
