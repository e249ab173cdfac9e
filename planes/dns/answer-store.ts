// Compiled answers by question, in two blocks of memory of a fixed size, and valid only as long as the zones they were
// made from. Finding one makes no object: at a hundred thousand answers a second, objects are what costs.

import { type Query, questionKey } from './query.ts';
import type { Zone } from './zone.ts';
import type { ZoneTable } from './zone-table.ts';

/** Of each half, once there are so many answers; usual ones are 150,000 then. */
const HALF_BYTES = 32 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;
/** Fewer than the smallest answer takes, so that slots never run out before bytes do. */
const BYTES_PER_SLOT = 32;
/** Slots looked at before an answer counts as missing: whoever finds names of one hash gains nothing. */
const PROBES = 16;

// An entry: these words, the bytes of its key, then those of its response.
const HASH = 0;
const SEEN_CHANGES = 1;
const GENERATION = 2;
const ZONES = 3;
const KEY_LENGTH = 4;
const LENGTH = 5;
const RCODE = 6;
const WORDS = 7;
const WORD_BYTES = 4;

/**
 * Keeps the answers used last: two halves, of which the older is dropped whole when the newer is full. Random names (an
 * attack, usually) can thus push answers out but not grow it.
 *
 * Everything is about the query that was read last.
 */
export class AnswerStore {
  readonly #table: ZoneTable;
  readonly #halfBytes: number;
  #newer: Half;
  #older: Half | undefined;

  constructor(table: ZoneTable, halfBytes: number = HALF_BYTES) {
    this.#table = table;
    this.#halfBytes = halfBytes;
    this.#newer = new Half(Math.min(FIRST_BYTES, halfBytes));
  }

  /** Where the answer to `query` is, when it is still what the zones say; -1 otherwise. Good until the next `set`. */
  find(query: Query): number {
    const at = this.#newer.find(query);
    if (at !== 0) return this.#isValid(this.#newer, at) ? at : -1;
    const older = this.#older;
    const before = older ? older.find(query) : 0;
    if (!older || before === 0 || !this.#isValid(older, before)) return -1;
    const { response, rcode, zones } = older.read(before);
    return this.set(query, response, rcode, zones);
  }

  length(at: number): number {
    return this.#newer.words[at + LENGTH]!;
  }

  rcode(at: number): number {
    return this.#newer.words[at + RCODE]!;
  }

  /** A copy of the response, which the caller may change. */
  copy(at: number): Buffer {
    const { words, bytes } = this.#newer;
    const length = words[at + LENGTH]!;
    const start = (at + WORDS) * WORD_BYTES + words[at + KEY_LENGTH]!;
    const copy = Buffer.allocUnsafe(length);
    bytes.copy(copy, 0, start, start + length);
    return copy;
  }

  /** Keeps the whole message as for TCP, and the zones that were looked at. Answers where; -1 when it alone is too big. */
  set(query: Query, response: Uint8Array, rcode: number, zones: readonly Zone[]): number {
    while (!this.#newer.hasRoomFor(query, response)) {
      const { length } = this.#newer.bytes;
      if (length < this.#halfBytes) {
        this.#newer = this.#newer.larger(Math.min(length * 4, this.#halfBytes));
      } else if (this.#newer.zones.length > 0) {
        this.#older = this.#newer;
        this.#newer = new Half(length);
      } else return -1;
    }
    const at = this.#newer.add(query, response, rcode, zones);
    this.#newer.words[at + SEEN_CHANGES] = this.#table.changes;
    this.#newer.words[at + GENERATION] = this.#table.generation;
    return at;
  }

  #isValid({ words, zones }: Half, at: number): boolean {
    const { changes, generation } = this.#table;
    if (words[at + SEEN_CHANGES] === changes) return true;
    if (words[at + GENERATION] !== generation) return false;
    if (zones[words[at + ZONES]!]!.some((zone) => zone.retired)) return false;
    words[at + SEEN_CHANGES] = changes;
    return true;
  }
}

class Half {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  /** The zones of each entry, in their order. */
  readonly zones: (readonly Zone[])[];
  /** Where in `words` the entries are; 0 is none. */
  readonly #slots: Uint32Array;
  readonly #slotMask: number;
  #usedWords = 1;

  constructor(bytes: number, zones: (readonly Zone[])[] = []) {
    this.zones = zones;
    const block = new ArrayBuffer(bytes);
    this.bytes = Buffer.from(block);
    this.words = new Uint32Array(block);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(bytes / BYTES_PER_SLOT)));
    this.#slotMask = this.#slots.length - 1;
  }

  /** The same in a larger block. This one is not used any more. */
  larger(bytes: number): Half {
    const half = new Half(bytes, this.zones);
    half.words.set(this.words.subarray(0, this.#usedWords));
    half.#usedWords = this.#usedWords;
    for (const at of this.#slots) {
      if (at === 0) continue;
      let slot = half.words[at + HASH]!;
      while (half.#slots[slot & half.#slotMask] !== 0) slot += 1;
      half.#slots[slot & half.#slotMask] = at;
    }
    return half;
  }

  hasRoomFor(query: Query, response: Uint8Array): boolean {
    return this.#usedWords + wordsOf(query, response) <= this.words.length;
  }

  find(query: Query): number {
    const { words } = this;
    for (let probe = 0; probe < PROBES; probe += 1) {
      const at = this.#slots[(query.hash + probe) & this.#slotMask]!;
      if (at === 0) return 0;
      if (words[at + HASH] === query.hash && this.#isFor(at, query)) return at;
    }
    return 0;
  }

  #isFor(at: number, query: Query): boolean {
    if (this.words[at + KEY_LENGTH] !== query.keyLength) return false;
    const start = (at + WORDS) * WORD_BYTES;
    for (let index = 0; index < query.keyLength; index += 1) {
      if (this.bytes[start + index] !== questionKey[index]) return false;
    }
    return true;
  }

  add(query: Query, response: Uint8Array, rcode: number, zones: readonly Zone[]): number {
    const { words, bytes } = this;
    const at = this.#usedWords;
    this.#usedWords += wordsOf(query, response);
    words[at + HASH] = query.hash;
    words[at + ZONES] = this.zones.push(zones) - 1;
    words[at + KEY_LENGTH] = query.keyLength;
    words[at + LENGTH] = response.length;
    words[at + RCODE] = rcode;
    const start = (at + WORDS) * WORD_BYTES;
    questionKey.copy(bytes, start, 0, query.keyLength);
    bytes.set(response, start + query.keyLength);
    this.#slots[this.#slotFor(query)] = at;
    return at;
  }

  /** A free one, or that of the same question, or the last one looked at, whose answer is then forgotten. */
  #slotFor(query: Query): number {
    let slot = 0;
    for (let probe = 0; probe < PROBES; probe += 1) {
      slot = (query.hash + probe) & this.#slotMask;
      const at = this.#slots[slot]!;
      if (at === 0 || (this.words[at + HASH] === query.hash && this.#isFor(at, query))) return slot;
    }
    return slot;
  }

  read(at: number): { response: Uint8Array; rcode: number; zones: readonly Zone[] } {
    const { words, bytes } = this;
    const start = (at + WORDS) * WORD_BYTES + words[at + KEY_LENGTH]!;
    return {
      response: bytes.subarray(start, start + words[at + LENGTH]!),
      rcode: words[at + RCODE]!,
      zones: this.zones[words[at + ZONES]!]!,
    };
  }
}

const wordsOf = (query: Query, response: Uint8Array): number =>
  WORDS + Math.ceil((query.keyLength + response.length) / WORD_BYTES);
