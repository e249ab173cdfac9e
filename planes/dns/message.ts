// Writes response messages (RFC 1035 §4.1), with owner names compressed against the question and each other.

import { parentName, ROOT } from '../../protocols/dns/names.ts';
import {
  CLASS_IN,
  FLAG,
  HEADER_BYTES,
  MAX_TCP_BYTES,
  MAX_UDP_BYTES,
  OPCODE_MASK,
  TYPE,
} from './constants.ts';
import type { Answer, OwnedSet } from './lookup.ts';
import type { Edns, Query } from './query.ts';

/** An OPT record without options (RFC 6891 §6.1.2). */
const OPT_BYTES = 11;
/** A compression pointer has 14 bits (RFC 1035 §4.1.4). */
const MAX_POINTER = 0x3fff;
const DNSSEC_OK = 0x8000;
/** Type, class, TTL and length of a record. */
const RECORD_TAIL_BYTES = 10;

/** Answers a message that cannot be understood: its id, its opcode and the code. */
export function headerResponse(query: Buffer, rcode: number): Buffer {
  const response = Buffer.alloc(HEADER_BYTES);
  response.writeUInt16BE(query.readUInt16BE(0), 0);
  response.writeUInt16BE(FLAG.QR | echoedFlags(query) | rcode, 2);
  return response;
}

/** Opcode and "recursion desired" go back as they came (RFC 1035 §4.1.1); recursion is never available here. */
function echoedFlags(query: Buffer): number {
  return query.readUInt16BE(2) & (OPCODE_MASK | FLAG.RD);
}

/** Answers with the question, a code and no records. */
export function emptyResponse(message: Buffer, query: Query, rcode: number, flags = 0): Buffer {
  const writer = new MessageWriter(message, query);
  return writer.finish(flags, rcode);
}

/**
 * Answers with what was looked up, in at most `limitBytes`. What does not fit: additional addresses are left out;
 * the answer itself and the glue of a referral set the TC bit, so that the resolver comes back over TCP
 * (RFC 2181 §9, RFC 9471 §3.1).
 */
export function answerResponse(
  message: Buffer,
  query: Query,
  name: string,
  answer: Answer,
  limitBytes: number,
): Buffer {
  const writer = new MessageWriter(message, query, name, limitBytes);
  const flags = answer.authoritative ? FLAG.AA : 0;
  if (!writer.writeAll(answer.answers, 'answers') || !writer.writeAll(answer.authorities, 'authorities')) {
    // A partial set would be cached as the whole (RFC 2181 §9): none of it is sent.
    return emptyResponse(message, query, answer.rcode, flags | FLAG.TC);
  }
  const wholeGlue = writer.writeAll(answer.glue, 'additionals');
  writer.writeAll(answer.additionals, 'additionals');
  return writer.finish(wholeGlue ? flags : flags | FLAG.TC, answer.rcode);
}

type Section = 'answers' | 'authorities' | 'additionals';

// Messages are written one at a time, start to finish, so they can share this memory; `finish` copies out.
const scratch = Buffer.alloc(MAX_TCP_BYTES);

class MessageWriter {
  readonly #query: Query;
  readonly #id: number;
  readonly #flags: number;
  readonly #limitBytes: number;
  readonly #counts = { answers: 0, authorities: 0, additionals: 0 };
  /** Where a name that a pointer may lead to was written. */
  readonly #names = new Map<string, number>();
  #offset: number;

  constructor(message: Buffer, query: Query, name = ROOT, limitBytes = MAX_TCP_BYTES) {
    this.#query = query;
    this.#id = message.readUInt16BE(0);
    this.#flags = echoedFlags(message);
    this.#limitBytes = limitBytes - (query.edns ? OPT_BYTES : 0);
    // The question goes back byte by byte: resolvers check the case they sent (0x20).
    message.copy(scratch, HEADER_BYTES, HEADER_BYTES, query.questionEnd);
    this.#offset = query.questionEnd;
    this.#rememberQuestion(name);
  }

  #rememberQuestion(name: string): void {
    let offset = HEADER_BYTES;
    for (let at = name; at !== ROOT; at = parentName(at)!) {
      this.#names.set(at, offset);
      offset += scratch[offset]! + 1;
    }
  }

  /** Writes record sets whole; false as soon as one does not fit, which then is not there at all. */
  writeAll(sets: readonly OwnedSet[], section: Section): boolean {
    let all = true;
    for (const set of sets) all = this.#writeSet(set, section) && all;
    return all;
  }

  #writeSet({ owner, set }: OwnedSet, section: Section): boolean {
    const start = this.#offset;
    for (const rdata of set.rdatas) {
      const bytes = this.#nameBytes(owner) + RECORD_TAIL_BYTES + rdata.length;
      if (this.#offset + bytes > this.#limitBytes) {
        this.#rewind(start);
        return false;
      }
      this.#writeName(owner);
      this.#offset = scratch.writeUInt16BE(set.type, this.#offset);
      this.#offset = scratch.writeUInt16BE(CLASS_IN, this.#offset);
      this.#offset = scratch.writeUInt32BE(set.ttlS, this.#offset);
      this.#offset = scratch.writeUInt16BE(rdata.length, this.#offset);
      this.#offset += rdata.copy(scratch, this.#offset);
    }
    this.#counts[section] += set.rdatas.length;
    return true;
  }

  /** What `#writeName` would write. */
  #nameBytes(name: string): number {
    let bytes = 0;
    for (let at = name; at !== ROOT; at = parentName(at)!) {
      if (this.#names.has(at)) return bytes + 2;
      bytes += firstLabel(at).length + 1;
    }
    return bytes + 1;
  }

  #rewind(to: number): void {
    this.#offset = to;
    for (const [name, offset] of this.#names) if (offset >= to) this.#names.delete(name);
  }

  #writeName(name: string): void {
    for (let at = name; at !== ROOT; at = parentName(at)!) {
      const known = this.#names.get(at);
      if (known !== undefined) {
        this.#offset = scratch.writeUInt16BE(0xc000 | known, this.#offset);
        return;
      }
      if (this.#offset <= MAX_POINTER) this.#names.set(at, this.#offset);
      const label = firstLabel(at);
      this.#offset = scratch.writeUInt8(label.length, this.#offset);
      this.#offset += scratch.write(label, this.#offset, 'latin1');
    }
    this.#offset = scratch.writeUInt8(0, this.#offset);
  }

  /** Completes the message and gives a copy of it. `flags` are those besides QR and the echoed ones. */
  finish(flags: number, rcode: number): Buffer {
    if (this.#query.edns) this.#writeOpt(this.#query.edns, rcode);
    scratch.writeUInt16BE(this.#id, 0);
    scratch.writeUInt16BE(FLAG.QR | this.#flags | flags | (rcode & 0x0f), 2);
    scratch.writeUInt16BE(1, 4);
    scratch.writeUInt16BE(this.#counts.answers, 6);
    scratch.writeUInt16BE(this.#counts.authorities, 8);
    scratch.writeUInt16BE(this.#counts.additionals, 10);
    const response = Buffer.allocUnsafeSlow(this.#offset);
    scratch.copy(response, 0, 0, this.#offset);
    return response;
  }

  /** RFC 6891 §6.1.3 and §7; the DO bit goes back as it came (RFC 3225 §3). */
  #writeOpt(edns: Edns, rcode: number): void {
    const offset = this.#offset;
    scratch.writeUInt8(0, offset);
    scratch.writeUInt16BE(TYPE.OPT, offset + 1);
    scratch.writeUInt16BE(MAX_UDP_BYTES, offset + 3);
    scratch.writeUInt8(rcode >> 4, offset + 5);
    scratch.writeUInt8(0, offset + 6);
    scratch.writeUInt16BE(edns.dnssecOk ? DNSSEC_OK : 0, offset + 7);
    scratch.writeUInt16BE(0, offset + 9);
    this.#offset += OPT_BYTES;
    this.#counts.additionals += 1;
  }
}

function firstLabel(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name : name.slice(0, dot);
}
