// The messages of a selected folder as one session knows them: message number n is the n-th UID.
import type { UidRange } from '../store/uid-ranges.ts';

/** Ascending UIDs, four bytes each: a session that has 100,000 messages selected holds 400 kB. */
export class UidList {
  #uids: Uint32Array;
  #length: number;

  constructor(uids: readonly number[]) {
    this.#uids = Uint32Array.from(uids);
    this.#length = uids.length;
  }

  get length(): number {
    return this.#length;
  }

  /** 0 when there is no message. */
  get lastUid(): number {
    return this.#length > 0 ? this.#uids[this.#length - 1]! : 0;
  }

  /** `sequence` from 1 to `length`. */
  uidAt(sequence: number): number {
    return this.#uids[sequence - 1]!;
  }

  /** The message number, or 0 when the session does not know the UID. */
  sequenceOf(uid: number): number {
    const index = this.#firstAtLeast(uid);
    return index < this.#length && this.#uids[index] === uid ? index + 1 : 0;
  }

  /** Greater than every UID so far. */
  append(uids: readonly number[]): void {
    const length = this.#length + uids.length;
    if (length > this.#uids.length) {
      const grown = new Uint32Array(Math.max(length, Math.ceil(this.#uids.length * 1.25)));
      grown.set(this.#uids.subarray(0, this.#length));
      this.#uids = grown;
    }
    this.#uids.set(uids, this.#length);
    this.#length = length;
  }

  /**
   * Takes UIDs out. Answers the message numbers to announce: each as it is once those before are gone.
   */
  remove(uids: Iterable<number>): number[] {
    const gone = [...uids].map((uid) => this.sequenceOf(uid)).filter((sequence) => sequence > 0);
    gone.sort((a, b) => a - b);
    let next = 0;
    let kept = gone.length > 0 ? gone[0]! - 1 : this.#length;
    for (let index = kept; index < this.#length; index++) {
      if (gone[next] === index + 1) next++;
      else this.#uids[kept++] = this.#uids[index]!;
    }
    this.#length = kept;
    return gone.map((sequence, index) => sequence - index);
  }

  /** The known UIDs in ranges of UIDs, ascending. */
  *inUidRanges(ranges: readonly UidRange[]): Generator<number> {
    for (const [low, high] of ranges) {
      for (let index = this.#firstAtLeast(low); index < this.#length && this.#uids[index]! <= high; index++) {
        yield this.#uids[index]!;
      }
    }
  }

  /** The UIDs of ranges of message numbers, ascending; numbers beyond the last are left out. */
  *inSequenceRanges(ranges: readonly UidRange[]): Generator<number> {
    for (const [low, high] of ranges) {
      const end = Math.min(high, this.#length);
      for (let sequence = Math.max(low, 1); sequence <= end; sequence++) yield this.#uids[sequence - 1]!;
    }
  }

  /** How many known UIDs lie in ranges that do not overlap. */
  countWithin(ranges: readonly UidRange[]): number {
    return ranges.reduce(
      (sum, [low, high]) => sum + this.#firstAtLeast(high + 1) - this.#firstAtLeast(low),
      0,
    );
  }

  // The index of the first UID not below `uid`, by binary search.
  #firstAtLeast(uid: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#uids[middle]! < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
