// From the bytes of a query to the bytes of its response, for every transport.

import { isMetaType, typeName } from '../../protocols/dns/record-types.ts';
import { AnswerStore } from './answer-store.ts';
import {
  CLASS_IN,
  FLAG,
  HEADER_BYTES,
  MAX_TCP_BYTES,
  MAX_UDP_BYTES,
  MIN_UDP_BYTES,
  RCODE,
  rcodeName,
  TYPE,
} from './constants.ts';
import { lookup } from './lookup.ts';
import { answerResponse, emptyResponse, headerResponse } from './message.ts';
import type { DnsLog, DnsMetrics } from './observation.ts';
import { nameOfQuestion, type Query, readQuery } from './query.ts';
import type { ZoneTable } from './zone-table.ts';

/** `truncate`: answer only that the question be asked again over TCP. */
export type Manner = 'udp' | 'tcp' | 'truncate';

export class Responder {
  readonly #zones: ZoneTable;
  readonly #log: DnsLog;
  readonly #metrics: DnsMetrics | undefined;
  readonly #answers: AnswerStore;

  constructor(zones: ZoneTable, log: DnsLog, metrics?: DnsMetrics) {
    this.#zones = zones;
    this.#log = log;
    this.#metrics = metrics;
    this.#answers = new AnswerStore(zones);
  }

  /** The response, or undefined when there must be none. Never throws: no bytes may stop the server. */
  respond(message: Buffer, manner: Manner): Buffer | undefined {
    try {
      const query = readQuery(message);
      if (query.kind === 'ignore') return undefined;
      if (query.kind === 'reject') {
        this.#metrics?.onAnswer(rcodeName(query.rcode), 'other');
        return headerResponse(message, query.rcode);
      }
      return this.#respondTo(message, query, manner);
    } catch (error) {
      this.#log.error({ err: error, query: message.toString('hex') }, 'a query could not be answered');
      this.#metrics?.onAnswer('SERVFAIL', 'other');
      return headerResponse(message, RCODE.SERVFAIL);
    }
  }

  #respondTo(message: Buffer, query: Query, manner: Manner): Buffer {
    const refusal = refusalOf(query);
    if (refusal !== undefined) {
      this.#count(refusal, query);
      return emptyResponse(message, query, refusal);
    }
    if (manner === 'truncate') {
      this.#count(RCODE.NOERROR, query);
      return emptyResponse(message, query, RCODE.NOERROR, FLAG.TC);
    }
    const limitBytes = manner === 'tcp' ? MAX_TCP_BYTES : udpLimitBytes(query);
    const at = this.#answers.find(query);
    if (at >= 0 && this.#answers.length(at) <= limitBytes) {
      this.#count(this.#answers.rcode(at), query);
      return addressed(this.#answers.copy(at), message, query);
    }
    return this.#compile(message, query, limitBytes);
  }

  #compile(message: Buffer, query: Query, limitBytes: number): Buffer {
    const name = nameOfQuestion(query);
    const answer = lookup(this.#zones, name, query.type);
    this.#count(answer.rcode, query);
    const whole = answerResponse(message, query, name, answer, MAX_TCP_BYTES);
    if (answer.rcode !== RCODE.REFUSED) this.#answers.set(query, whole, answer.rcode, answer.zones);
    return whole.length <= limitBytes ? whole : answerResponse(message, query, name, answer, limitBytes);
  }

  #count(rcode: number, query: Query): void {
    if (!this.#metrics) return;
    const type = typeName(query.type);
    // A counter per number would let anyone fill the memory of whoever counts.
    this.#metrics.onAnswer(rcodeName(rcode), type.startsWith('TYPE') ? 'other' : type);
  }
}

/** The code for questions that no zone is asked about. */
function refusalOf(query: Query): number | undefined {
  if (query.opcode !== 0) return RCODE.NOTIMP;
  // RFC 6891 §6.1.3: a version we do not know, answered by the highest we do.
  if (query.edns && query.edns.version > 0) return RCODE.BADVERS;
  // Also version.bind and its like in class CHAOS: nobody needs to know.
  if (query.class !== CLASS_IN) return RCODE.REFUSED;
  if (!isMetaType(query.type) || query.type === TYPE.ANY) return undefined;
  if (query.type === TYPE.AXFR || query.type === TYPE.IXFR) return RCODE.REFUSED;
  return query.type === TYPE.MAILA || query.type === TYPE.MAILB ? RCODE.NOTIMP : RCODE.FORMERR;
}

function udpLimitBytes(query: Query): number {
  // RFC 6891 §6.2.3: less than 512 means 512.
  return Math.min(Math.max(query.edns?.payloadBytes ?? 0, MIN_UDP_BYTES), MAX_UDP_BYTES);
}

/** A kept response for this very query: its id, its RD bit, and the name in the case it was asked in. */
function addressed(response: Buffer, message: Buffer, query: Query): Buffer {
  response[0] = message[0]!;
  response[1] = message[1]!;
  response[2] = (response[2]! & 0xfe) | (message[2]! & 0x01);
  for (let at = HEADER_BYTES; at < query.questionEnd; at += 1) response[at] = message[at]!;
  return response;
}
