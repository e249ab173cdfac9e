// From the bytes of a query to the bytes of its response, for every transport.

import { isMetaType } from '../../protocols/dns/record-types.ts';
import { AnswerCounts, NO_TYPE } from './answer-counts.ts';
import { AnswerStore, type Answers } from './answer-store.ts';
import {
  CLASS_IN,
  FLAG,
  HEADER_BYTES,
  MAX_TCP_BYTES,
  MAX_UDP_BYTES,
  MIN_UDP_BYTES,
  RCODE,
  TYPE,
} from './constants.ts';
import type { ErrorLog } from './dns-log.ts';
import { lookup } from './lookup.ts';
import { answerResponse, emptyResponse, headerResponse } from './message.ts';
import { nameOfQuestion, type Query, readQuery } from './query.ts';
import type { ZoneTable } from './zone-table.ts';

/** `truncate`: answer only that the question be asked again over TCP. */
export type Manner = 'udp' | 'tcp' | 'truncate';

/** Where a datagram came from. */
export type Peer = { address: string; port: number };

/** Answers what is in no store; undefined when somebody else will. */
export type Compile = (
  message: Buffer,
  query: Query,
  limitBytes: number,
  peer: Peer | undefined,
) => Buffer | undefined;

export class Responder {
  readonly #answers: Answers;
  readonly #counts: AnswerCounts;
  readonly #compile: Compile;
  readonly #log: ErrorLog;

  constructor(answers: Answers, counts: AnswerCounts, compile: Compile, log: ErrorLog) {
    this.#answers = answers;
    this.#counts = counts;
    this.#compile = compile;
    this.#log = log;
  }

  /** The response, or undefined when there is none, or none yet. Never throws: no bytes may stop the server. */
  respond(message: Buffer, manner: Manner, peer?: Peer): Buffer | undefined {
    try {
      const query = readQuery(message);
      if (query.kind === 'ignore') return undefined;
      if (query.kind === 'reject') {
        this.#counts.add(query.rcode, NO_TYPE);
        return headerResponse(message, query.rcode);
      }
      return this.#respondTo(message, query, manner, peer);
    } catch (error) {
      this.#log.error({ err: error, query: message.toString('hex') }, 'a query could not be answered');
      this.#counts.add(RCODE.SERVFAIL, NO_TYPE);
      return headerResponse(message, RCODE.SERVFAIL);
    }
  }

  #respondTo(message: Buffer, query: Query, manner: Manner, peer: Peer | undefined): Buffer | undefined {
    const refusal = refusalOf(query);
    if (refusal !== undefined) {
      this.#counts.add(refusal, query.type);
      return emptyResponse(message, query, refusal);
    }
    if (manner === 'truncate') {
      this.#counts.add(RCODE.NOERROR, query.type);
      return emptyResponse(message, query, RCODE.NOERROR, FLAG.TC);
    }
    const limitBytes = manner === 'tcp' ? MAX_TCP_BYTES : udpLimitBytes(query);
    const at = this.#answers.find(query);
    if (at < 0 || this.#answers.length(at) > limitBytes)
      return this.#compile(message, query, limitBytes, peer);
    this.#counts.add(this.#answers.rcode(at), query.type);
    return addressed(this.#answers.copy(at), message, query);
  }
}

/** Answers from zones of this thread, and keeps what it compiled in `answers`. */
export function responderFor(
  zones: ZoneTable,
  log: ErrorLog,
  counts: AnswerCounts = new AnswerCounts(),
): { responder: Responder; answers: AnswerStore } {
  const answers = new AnswerStore(zones.stamps);
  const compile: Compile = (message, query, limitBytes) => {
    const name = nameOfQuestion(query);
    const answer = lookup(zones, name, query.type);
    const { rcode } = answer;
    counts.add(rcode, query.type);
    const response = answerResponse(message, query, name, answer, MAX_TCP_BYTES);
    if (rcode !== RCODE.REFUSED) {
      answers.set(query, { response, rcode, basis: zones.stamps.basisOf(answer.zones) });
    }
    return response.length <= limitBytes
      ? response
      : answerResponse(message, query, name, answer, limitBytes);
  };
  return { responder: new Responder(answers, counts, compile, log), answers };
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
