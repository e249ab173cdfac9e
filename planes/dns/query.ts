// Reads a query message: the header, the one question, and EDNS. Works on the bytes as they came, because a name
// may hold any byte (RFC 2181 §11) and because most questions are answered from the cache by those bytes alone.

import { FLAG, HEADER_BYTES, OPCODE_MASK, RCODE, TYPE } from './constants.ts';

export type Edns = { payloadBytes: number; version: number; dnssecOk: boolean };

export type Query = {
  kind: 'query';
  /** 0 for a query proper; NOTIFY, UPDATE and STATUS have the same layout (RFC 1996 §3.7, RFC 2136 §2). */
  opcode: number;
  /** Where the question section ends; it starts after the header. */
  questionEnd: number;
  /** Name in lower case and type, in wire format, one character per byte. */
  key: string;
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

const keyBytes = Buffer.alloc(MAX_NAME_BYTES + 2);

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
  const type = message.readUInt16BE(nameEnd);
  keyBytes.writeUInt16BE(type, nameEnd - HEADER_BYTES);
  const query: Query = {
    kind: 'query',
    opcode,
    questionEnd: nameEnd + QUESTION_TAIL_BYTES,
    key: keyBytes.toString('latin1', 0, nameEnd - HEADER_BYTES + 2),
    type,
    class: message.readUInt16BE(nameEnd + 2),
    edns: undefined,
  };
  return readRecords(message, query) ? query : undefined;
}

/** Copies the name in lower case (ASCII only, RFC 4343 §3) to `keyBytes`; answers where it ends. */
function readQuestionName(message: Buffer): number | undefined {
  let offset = HEADER_BYTES;
  while (offset < message.length && offset - HEADER_BYTES < MAX_NAME_BYTES) {
    const length = message[offset]!;
    keyBytes[offset - HEADER_BYTES] = length;
    offset += 1;
    if (length === 0) return offset;
    // The first name of a message has nothing before it to point at (RFC 1035 §4.1.4).
    const end = offset + length;
    if (length > MAX_LABEL_BYTES || end > message.length || end - HEADER_BYTES >= MAX_NAME_BYTES)
      return undefined;
    for (; offset < end; offset += 1) {
      const byte = message[offset]!;
      keyBytes[offset - HEADER_BYTES] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
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

/**
 * The name of a query's key as text, lower case without the trailing dot. A byte no zone of ours can hold (a dot
 * within a label above all) becomes `\DDD`, so that it matches nothing by accident.
 */
export function nameOfKey(key: string): string {
  const labels: string[] = [];
  for (let offset = 0; key.charCodeAt(offset) !== 0; ) {
    const end = offset + 1 + key.charCodeAt(offset);
    labels.push(key.slice(offset + 1, end).replace(/[^a-z0-9_*/-]/g, escapeByte));
    offset = end;
  }
  return labels.length === 0 ? '.' : labels.join('.');
}

function escapeByte(character: string): string {
  return `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;
}
