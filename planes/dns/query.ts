// Reads a query message: the header, the one question, and EDNS. Works on the bytes as they came, because a name
// may hold any byte (RFC 2181 §11) and because most questions are answered from the cache by those bytes alone.

import { randomBytes } from 'node:crypto';
import { FLAG, HEADER_BYTES, OPCODE_MASK, RCODE, TYPE } from './constants.ts';

export type Edns = { payloadBytes: number; version: number; dnssecOk: boolean };

export type Query = {
  kind: 'query';
  /** 0 for a query proper; NOTIFY, UPDATE and STATUS have the same layout (RFC 1996 §3.7, RFC 2136 §2). */
  opcode: number;
  /** Where the question section ends; it starts after the header. */
  questionEnd: number;
  /** How many bytes of `questionKey` are its key. */
  keyLength: number;
  /** Of the key, 32 bits. Seeded anew in every process, so that nobody can prepare names that collide. */
  hash: number;
  type: number;
  class: number;
  edns: Edns | undefined;
};

/** `ignore`: not to be answered at all. `reject`: to be answered with the code and nothing else. */
export type ReadQuery = Query | { kind: 'ignore' } | { kind: 'reject'; rcode: number };

const IGNORE = { kind: 'ignore' } as const;

/** RFC 1035 §2.3.4. */
const MAX_NAME_BYTES = 255;
const MAX_LABEL_BYTES = 63;
/** Type and class of a question; type, class, TTL and length of a record. */
const QUESTION_TAIL_BYTES = 4;
const RECORD_TAIL_BYTES = 10;
const DNSSEC_OK = 0x8000;
const OPCODE_SHIFT = 11;

/** What of EDNS shows in a response: whether there is an OPT record, and its DO bit. */
const WITHOUT_EDNS = 0;
const WITH_EDNS = 1;
const WITH_DNSSEC_OK = 2;

/**
 * The key of the query read last: its name in lower case and its type in wire format, then one byte for EDNS. Shared,
 * because queries are answered one at a time, each before the next is read.
 */
export const questionKey: Buffer = Buffer.alloc(MAX_NAME_BYTES + 3);

/** What hashes begin with. */
export let hashSeed: number = randomBytes(4).readUInt32LE(0);

/** For a thread that looks for what another has kept. */
export function setHashSeed(seed: number): void {
  hashSeed = seed;
}

/** FNV-1a. */
const HASH_PRIME = 0x01000193;

/** Never throws, whatever the bytes are. */
export function readQuery(message: Buffer): ReadQuery {
  if (message.length < HEADER_BYTES) return IGNORE;
  const flags = message.readUInt16BE(2);
  // Answering an answer would let two servers talk for ever.
  if (flags & FLAG.QR) return IGNORE;
  const opcode = (flags & OPCODE_MASK) >> OPCODE_SHIFT;
  return (
    readQuestion(message, opcode) ?? { kind: 'reject', rcode: opcode === 0 ? RCODE.FORMERR : RCODE.NOTIMP }
  );
}

function readQuestion(message: Buffer, opcode: number): Query | undefined {
  // RFC 9619 §4: a query has exactly one question.
  if (message.readUInt16BE(4) !== 1) return undefined;
  const nameEnd = readQuestionName(message);
  if (nameEnd === undefined || nameEnd + QUESTION_TAIL_BYTES > message.length) return undefined;
  const query: Query = {
    kind: 'query',
    opcode,
    questionEnd: nameEnd + QUESTION_TAIL_BYTES,
    keyLength: nameEnd - HEADER_BYTES + 3,
    hash: 0,
    type: message.readUInt16BE(nameEnd),
    class: message.readUInt16BE(nameEnd + 2),
    edns: undefined,
  };
  if (!readRecords(message, query)) return undefined;
  completeKey(query);
  return query;
}

function completeKey(query: Query): void {
  const end = query.keyLength;
  questionKey[end - 3] = query.type >> 8;
  questionKey[end - 2] = query.type & 0xff;
  questionKey[end - 1] = query.edns ? (query.edns.dnssecOk ? WITH_DNSSEC_OK : WITH_EDNS) : WITHOUT_EDNS;
  let hash = hashSeed;
  for (let index = 0; index < end; index += 1) hash = Math.imul(hash ^ questionKey[index]!, HASH_PRIME);
  // Its low bits choose the slot, and the last byte alone would choose most of them.
  query.hash = (hash ^ (hash >>> 15)) >>> 0;
}

/** Copies the name in lower case (ASCII only, RFC 4343 §3) to `questionKey`; answers where it ends. */
function readQuestionName(message: Buffer): number | undefined {
  let offset = HEADER_BYTES;
  while (offset < message.length && offset - HEADER_BYTES < MAX_NAME_BYTES) {
    const length = message[offset]!;
    questionKey[offset - HEADER_BYTES] = length;
    offset += 1;
    if (length === 0) return offset;
    // The first name of a message has nothing before it to point at (RFC 1035 §4.1.4).
    const end = offset + length;
    if (length > MAX_LABEL_BYTES || end > message.length || end - HEADER_BYTES >= MAX_NAME_BYTES)
      return undefined;
    for (; offset < end; offset += 1) {
      const byte = message[offset]!;
      questionKey[offset - HEADER_BYTES] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    }
  }
  return undefined;
}

/** Goes over the records after the question for the OPT record. False when the message is malformed. */
function readRecords(message: Buffer, query: Query): boolean {
  const additionals = message.readUInt16BE(10);
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + additionals;
  let offset: number | undefined = query.questionEnd;
  for (let index = 0; index < records; index += 1) {
    const nameEnd = skipName(message, offset);
    if (nameEnd === undefined || nameEnd + RECORD_TAIL_BYTES > message.length) return false;
    const end = nameEnd + RECORD_TAIL_BYTES + message.readUInt16BE(nameEnd + 8);
    if (end > message.length) return false;
    if (message.readUInt16BE(nameEnd) === TYPE.OPT) {
      // RFC 6891 §6.1.1 and §6.1.2: one OPT, among the additional records, owned by the root.
      const misplaced = query.edns || index < records - additionals || nameEnd !== offset + 1;
      if (misplaced || !hasWholeOptions(message, nameEnd + RECORD_TAIL_BYTES, end)) return false;
      query.edns = {
        payloadBytes: message.readUInt16BE(nameEnd + 2),
        version: message[nameEnd + 5]!,
        dnssecOk: (message.readUInt16BE(nameEnd + 6) & DNSSEC_OK) !== 0,
      };
    }
    offset = end;
  }
  return true;
}

/** Where the name at `offset` ends; pointers are not followed, the name itself is of no interest. */
function skipName(message: Buffer, offset: number): number | undefined {
  let at = offset;
  while (at < message.length) {
    const length = message[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > MAX_LABEL_BYTES) return undefined;
    at += length + 1;
  }
  return undefined;
}

function hasWholeOptions(message: Buffer, start: number, end: number): boolean {
  let offset = start;
  while (offset + 4 <= end) offset += 4 + message.readUInt16BE(offset + 2);
  return offset === end;
}

const textBytes = Buffer.alloc(MAX_NAME_BYTES);

/**
 * The name asked for as text, lower case without the trailing dot. A byte no zone of ours can hold (a dot within a label
 * above all) becomes `\DDD`, so that it matches nothing by accident.
 */
export function nameOfQuestion(query: Query): string {
  const end = query.keyLength - 4;
  if (end === 0) return '.';
  let usual = true;
  let label = questionKey[0]!;
  for (let index = 1; index < end; index += 1) {
    const byte = questionKey[index]!;
    const isLength = label === 0;
    label = isLength ? byte : label - 1;
    textBytes[index - 1] = isLength ? DOT : byte;
    usual &&= isLength || IS_USUAL[byte] === 1;
  }
  return usual ? textBytes.toString('latin1', 0, end - 1) : escapedName(end);
}

const DOT = 0x2e;
const IS_USUAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[a-z0-9_*/-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

function escapedName(end: number): string {
  const labels: string[] = [];
  for (let offset = 0; offset < end; ) {
    const next = offset + 1 + questionKey[offset]!;
    labels.push(questionKey.toString('latin1', offset + 1, next).replace(/[^a-z0-9_*/-]/g, escapeByte));
    offset = next;
  }
  return labels.join('.');
}

function escapeByte(character: string): string {
  return `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;
}
