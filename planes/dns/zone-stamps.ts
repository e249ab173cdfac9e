// Counters in memory that all threads see, by which each knows whether an answer it keeps is still what the zones say.

const CHANGES = 0;
const GENERATION = 1;
const FIRST_SLOT = 2;
/** Zones that share a slot make each other's answers stale; nothing worse. */
const SLOTS = 65_536;

/** What the zones were when an answer was compiled. */
export type Basis = {
  changes: number;
  generation: number;
  /** A slot and its stamp for each zone that was looked at: `[slot, stamp, slot, stamp, …]`. */
  stamps: readonly number[];
};

/** One thread has the zones and writes; any number read. */
export class ZoneStamps {
  readonly memory: SharedArrayBuffer;
  readonly #words: Uint32Array;

  constructor(memory = new SharedArrayBuffer((FIRST_SLOT + SLOTS) * Uint32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Uint32Array(memory);
  }

  /** Grows with everything that may change an answer. As long as it stays, every answer does. */
  get changes(): number {
    return Atomics.load(this.#words, CHANGES);
  }

  /** Grows when a zone comes or goes, since that changes which zone encloses a name. */
  get generation(): number {
    return Atomics.load(this.#words, GENERATION);
  }

  /** Grows with every version of a zone of that slot. */
  stamp(slot: number): number {
    return Atomics.load(this.#words, FIRST_SLOT + slot);
  }

  basisOf(zones: readonly { slot: number }[]): Basis {
    const stamps = zones.flatMap(({ slot }) => [slot, this.stamp(slot)]);
    return { changes: this.changes, generation: this.generation, stamps };
  }

  /** Tells every thread of another version of a zone, or that one came or went. */
  change({ slot, comesOrGoes }: { slot: number; comesOrGoes: boolean }): void {
    Atomics.add(this.#words, FIRST_SLOT + slot, 1);
    if (comesOrGoes) Atomics.add(this.#words, GENERATION, 1);
    // Last: whoever sees this one sees those before it.
    Atomics.add(this.#words, CHANGES, 1);
  }
}

/** Where a zone's stamp is. */
export function slotOf(zoneName: string): number {
  let hash = 0;
  for (let index = 0; index < zoneName.length; index += 1) {
    hash = (Math.imul(hash, 31) + zoneName.charCodeAt(index)) >>> 0;
  }
  return ((hash ^ (hash >>> 16)) >>> 0) % SLOTS;
}
