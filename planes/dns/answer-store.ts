// Compiled answers by question, in two blocks of memory of a fixed size, and valid only as long as the zones they were
// made from. Finding one makes no object: at a hundred thousand answers a second, objects are what costs. One thread
// writes and all read the same memory, without a lock: what is once written stays, and is listed when it is complete.

import { type Query, questionKey } from './query.ts';
import type { Basis, ZoneStamps } from './zone-stamps.ts';

/** Of each half, once there are so many answers; usual ones are 150,000 then. */
const HALF_BYTES = 32 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;
/** Fewer than the smallest answer takes, so that slots never run out before bytes do. */
const BYTES_PER_SLOT = 32;
/** Slots looked at before an answer counts as missing: whoever finds names of one hash gains nothing. */
const PROBES = 16;

// An entry: these words, those of its stamps, the bytes of its key, then those of its response.
const HASH = 0;
const SEEN_CHANGES = 1;
const GENERATION = 2;
const STAMPS = 3;
const KEY_LENGTH = 4;
const LENGTH = 5;
const RCODE = 6;
const WORDS = 7;
const WORD_BYTES = 4;

export type KeptAnswer = {
  /** The whole message, as for TCP. */
  response: Uint8Array;
  rcode: number;
  basis: Basis;
};

/** What threads share of a store. */
export type AnswerMemory = { block: SharedArrayBuffer; slots: SharedArrayBuffer };

/** What a responder asks. Everything is about the query that was read last. */
export type Answers = {
  /** Where the answer to `query` is, when it is still what the zones say; -1 otherwise. Good until the next `find`. */
  find(query: Query): number;
  length(at: number): number;
  rcode(at: number): number;
  /** A copy of the response, which the caller may change. */
  copy(at: number): Buffer;
};

/**
 * Keeps the answers used last: two halves, of which the older is dropped whole when the newer is full. Random names (an
 * attack, usually) can thus push answers out but not grow it.
 */
export class AnswerStore implements Answers {
  /** Told when the newer half is another one. */
  onMove: (memory: AnswerMemory) => void = () => {};
  readonly #zones: ZoneStamps;
  readonly #halfBytes: number;
  #newer: Half;
  #older: Half | undefined;

  constructor(zones: ZoneStamps, halfBytes: number = HALF_BYTES) {
    this.#zones = zones;
    this.#halfBytes = halfBytes;
    this.#newer = new Half(newMemory(Math.min(FIRST_BYTES, halfBytes)));
  }

  get memory(): AnswerMemory {
    return this.#newer.memory;
  }

  find(query: Query): number {
    const at = this.#newer.find(query);
    if (at !== 0) return this.#newer.isValid(at, this.#zones) ? at : -1;
    const older = this.#older;
    const before = older ? older.find(query) : 0;
    if (!older || before === 0 || !older.isValid(before, this.#zones)) return -1;
    return this.set(query, older.read(before));
  }

  length(at: number): number {
    return this.#newer.words[at + LENGTH]!;
  }

  rcode(at: number): number {
    return this.#newer.words[at + RCODE]!;
  }

  copy(at: number): Buffer {
    return Buffer.from(this.#newer.responseAt(at));
  }

  /** Answers where it is now; -1 when it alone is too big. */
  set(query: Query, answer: KeptAnswer): number {
    while (!this.#newer.hasRoomFor(query, answer)) {
      const { length } = this.#newer.bytes;
      if (length < this.#halfBytes) {
        this.#newer = this.#newer.larger(Math.min(length * 4, this.#halfBytes));
      } else if (!this.#newer.isEmpty) {
        this.#older = this.#newer;
        this.#newer = new Half(newMemory(length));
      } else return -1;
      this.onMove(this.memory);
    }
    return this.#newer.add(query, answer);
  }
}

/**
 * The newer half of a store that another thread writes. What has fallen into its older half counts as missing: the
 * other thread is asked, and takes it up again.
 */
export class AnswerReader implements Answers {
  readonly #zones: ZoneStamps;
  #half: Half;

  constructor(zones: ZoneStamps, memory: AnswerMemory) {
    this.#zones = zones;
    this.#half = new Half(memory);
  }

  move(memory: AnswerMemory): void {
    this.#half = new Half(memory);
  }

  find(query: Query): number {
    const at = this.#half.find(query);
    return at !== 0 && this.#half.isValid(at, this.#zones) ? at : -1;
  }

  length(at: number): number {
    return this.#half.words[at + LENGTH]!;
  }

  rcode(at: number): number {
    return this.#half.words[at + RCODE]!;
  }

  copy(at: number): Buffer {
    return Buffer.from(this.#half.responseAt(at));
  }
}

const newMemory = (bytes: number): AnswerMemory => ({
  block: new SharedArrayBuffer(bytes),
  slots: new SharedArrayBuffer(2 ** Math.ceil(Math.log2(bytes / BYTES_PER_SLOT)) * WORD_BYTES),
});

class Half {
  readonly memory: AnswerMemory;
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  /** Where in `words` the entries are; 0 is none. */
  readonly #slots: Uint32Array;
  readonly #slotMask: number;
  #usedWords = 1;

  constructor(memory: AnswerMemory) {
    this.memory = memory;
    this.bytes = Buffer.from(memory.block);
    this.words = new Uint32Array(memory.block);
    this.#slots = new Uint32Array(memory.slots);
    this.#slotMask = this.#slots.length - 1;
  }

  /** The same in a larger block. Nothing is written to this one any more. */
  larger(bytes: number): Half {
    const half = new Half(newMemory(bytes));
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

  get isEmpty(): boolean {
    return this.#usedWords === 1;
  }

  hasRoomFor(query: Query, answer: KeptAnswer): boolean {
    return this.#usedWords + wordsOf(query, answer) <= this.words.length;
  }

  find(query: Query): number {
    const { words } = this;
    for (let probe = 0; probe < PROBES; probe += 1) {
      const at = Atomics.load(this.#slots, (query.hash + probe) & this.#slotMask);
      if (at === 0) return 0;
      if (words[at + HASH] === query.hash && this.#isFor(at, query)) return at;
    }
    return 0;
  }

  #isFor(at: number, query: Query): boolean {
    if (this.words[at + KEY_LENGTH] !== query.keyLength) return false;
    const start = this.#keyStart(at);
    for (let index = 0; index < query.keyLength; index += 1) {
      if (this.bytes[start + index] !== questionKey[index]) return false;
    }
    return true;
  }

  isValid(at: number, zones: ZoneStamps): boolean {
    const { words } = this;
    // Before the stamps are looked at: a change meanwhile is seen the next time.
    const { changes } = zones;
    if (words[at + SEEN_CHANGES] === changes) return true;
    if (words[at + GENERATION] !== zones.generation) return false;
    const end = at + WORDS + words[at + STAMPS]!;
    for (let stamp = at + WORDS; stamp < end; stamp += 2) {
      if (zones.stamp(words[stamp]!) !== words[stamp + 1]) return false;
    }
    words[at + SEEN_CHANGES] = changes;
    return true;
  }

  #keyStart(at: number): number {
    return (at + WORDS + this.words[at + STAMPS]!) * WORD_BYTES;
  }

  add(query: Query, answer: KeptAnswer): number {
    const { words, bytes } = this;
    const { response, rcode, basis } = answer;
    const at = this.#usedWords;
    this.#usedWords += wordsOf(query, answer);
    words[at + HASH] = query.hash;
    words[at + SEEN_CHANGES] = basis.changes;
    words[at + GENERATION] = basis.generation;
    words[at + STAMPS] = basis.stamps.length;
    words[at + KEY_LENGTH] = query.keyLength;
    words[at + LENGTH] = response.length;
    words[at + RCODE] = rcode;
    words.set(basis.stamps, at + WORDS);
    const start = this.#keyStart(at);
    questionKey.copy(bytes, start, 0, query.keyLength);
    bytes.set(response, start + query.keyLength);
    // Last: another thread that finds it finds all of it.
    Atomics.store(this.#slots, this.#slotFor(query), at);
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

  /** The bytes themselves, not a copy. */
  responseAt(at: number): Buffer {
    const start = this.#keyStart(at) + this.words[at + KEY_LENGTH]!;
    return this.bytes.subarray(start, start + this.words[at + LENGTH]!);
  }

  read(at: number): KeptAnswer {
    const { words } = this;
    const stamps = [...words.subarray(at + WORDS, at + WORDS + words[at + STAMPS]!)];
    return {
      response: this.responseAt(at),
      rcode: words[at + RCODE]!,
      basis: { changes: words[at + SEEN_CHANGES]!, generation: words[at + GENERATION]!, stamps },
    };
  }
}

const wordsOf = (query: Query, { response, basis }: KeptAnswer): number =>
  WORDS + basis.stamps.length + Math.ceil((query.keyLength + response.length) / WORD_BYTES);
