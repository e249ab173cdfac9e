// What a message may hold, in few bytes: a set of the runs of three characters (trigrams) in everything that SEARCH looks
// at. A text that has a trigram which is not in the set is nowhere in the message, so that most messages need not be read.
// The set is a Bloom filter of one hash (Bloom 1970): it may say yes for nothing, but never no for something.
import type { MimePart } from './mime-tree.ts';
import {
  readsWholeHeader,
  searchableBodies,
  searchableHeader,
  searchablePartHeaders,
  searchableValue,
} from './search-text.ts';

const mostBits = 1 << 15;
const leastBits = 1 << 8;
// With three of ten bits set, a word of seven letters is in a message that does not have it once in 400.
const mostSet = 0.3;
// Of a message with more text than that all trigrams would be set.
const mostCharacters = 1024 * 1024;

/** Empty when the message has too much text to tell. Otherwise a power of two of bytes. */
export const searchSignature = (raw: Buffer, root: MimePart): Buffer => {
  let bits = new Uint32Array(mostBits / 32);
  let characters = 0;
  if (!readsWholeHeader(root.header)) return Buffer.alloc(0);
  for (const text of searchedTexts(raw, root)) {
    characters += text.length;
    if (characters > mostCharacters) return Buffer.alloc(0);
    addTrigrams(bits, text);
  }
  // Halves laid over each other: position p of the whole is position p modulo its length, whatever that is.
  for (let half = halved(bits); half.length >= leastBits / 32; half = halved(bits)) {
    if (countSet(half) > mostSet * half.length * 32) break;
    bits = half;
  }
  const signature = Buffer.alloc(bits.length * 4);
  for (let at = 0; at < bits.length; at++) signature.writeUInt32LE(bits[at]!, at * 4);
  return signature;
};

/**
 * Where a signature must have its bits set for a text, as `foldForSearch` makes it, to be in the message: positions, each
 * modulo the length of the signature. None for a text of less than three characters, which may be anywhere.
 */
export const signaturePositions = (text: string): number[] => {
  const positions = new Set<number>();
  for (let at = 2; at < text.length && positions.size < mostPositions; at++) {
    positions.add(hash(text.charCodeAt(at - 2), text.charCodeAt(at - 1), text.charCodeAt(at)));
  }
  return [...positions];
};

// More tell hardly anything more.
const mostPositions = 24;

function* searchedTexts(raw: Buffer, root: MimePart): Generator<string> {
  yield searchableHeader(raw, root.header);
  // HEADER decodes each field by itself, which may make something else of encoded words and of stray octets.
  const { range, fields } = root.header;
  if (decodesOtherwise.test(raw.toString('latin1', ...range))) {
    for (const field of fields) yield searchableValue(raw, field);
  }
  yield* searchableBodies(raw, root);
  yield* searchablePartHeaders(raw, root);
}

const decodesOtherwise = /=\?|[^\t\r\n\x20-\x7e]|\r(?!\n)/;

const addTrigrams = (bits: Uint32Array, text: string) => {
  let [first, second] = [text.charCodeAt(0), text.charCodeAt(1)];
  for (let at = 2; at < text.length; at++) {
    const third = text.charCodeAt(at);
    const position = hash(first, second, third);
    bits[position >> 5]! |= 1 << (position & 31);
    first = second;
    second = third;
  }
};

// Multiplying by the golden ratio spreads what differs in few bits (Knuth, TAOCP 3, §6.4); the upper bits are the good ones.
const golden = 0x9e3779b1;

const hash = (first: number, second: number, third: number): number =>
  Math.imul(Math.imul(Math.imul(first, golden) + second, golden) + third, golden) >>> 17;

const halved = (bits: Uint32Array): Uint32Array<ArrayBuffer> => {
  const half = bits.slice(0, bits.length / 2);
  for (let at = 0; at < half.length; at++) half[at]! |= bits[half.length + at]!;
  return half;
};

const countSet = (bits: Uint32Array): number => {
  let count = 0;
  for (let at = 0; at < bits.length; at++) {
    // Sums of two, four and eight bits side by side, and at last of all.
    let sums = bits[at]!;
    sums -= (sums >>> 1) & 0x55555555;
    sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
    count += Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
};
