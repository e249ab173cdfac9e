// A further thread that answers over UDP, from the answers that are kept. What is not among them it hands to the thread
// that has the zones, which sends the answer itself, and keeps it where this one finds it.

import { parentPort, workerData } from 'node:worker_threads';
import { AnswerCounts } from './answer-counts.ts';
import { type AnswerMemory, AnswerReader } from './answer-store.ts';
import type { ErrorLog } from './dns-log.ts';
import { setHashSeed } from './query.ts';
import { type ResponseRate, ResponseRateLimit } from './rate-limit.ts';
import { type Peer, Responder } from './responder.ts';
import { startUdpServer } from './udp-server.ts';
import { ZoneStamps } from './zone-stamps.ts';

export type ThreadData = {
  host: string;
  port: number;
  stamps: SharedArrayBuffer;
  answers: AnswerMemory;
  hashSeed: number;
  counts: SharedArrayBuffer;
  /** From 1; 0 is the thread that has the zones. */
  thread: number;
  responseRate: ResponseRate;
};

export type AskedQuestion = { message: Uint8Array; peer: Peer };

export type FromThread =
  | { kind: 'ready' }
  | { kind: 'questions'; questions: AskedQuestion[] }
  | { kind: 'error'; fields: object; text: string };

export type ToThread =
  | { kind: 'answered'; questions: number }
  | { kind: 'moved'; answers: AnswerMemory }
  | { kind: 'close' };

/** Questions of this thread that may wait for the other; more are dropped, like those a full socket has no room for. */
const MAX_WAITING = 4096;

const data = workerData as ThreadData;
const tell = (message: FromThread) => parentPort!.postMessage(message);
const log: ErrorLog = { error: (fields, text) => tell({ kind: 'error', fields, text }) };

setHashSeed(data.hashSeed);
const answers = new AnswerReader(new ZoneStamps(data.stamps), data.answers);
let collected: AskedQuestion[] = [];
let waiting = 0;

const handOver = () => {
  tell({ kind: 'questions', questions: collected });
  collected = [];
};

const responder = new Responder(
  answers,
  new AnswerCounts(data.counts, data.thread),
  (message, _query, _limitBytes, peer) => {
    if (waiting === MAX_WAITING) return undefined;
    waiting += 1;
    // All that comes in one turn goes in one message.
    if (collected.length === 0) setImmediate(handOver);
    collected.push({ message, peer: { address: peer!.address, port: peer!.port } });
    return undefined;
  },
  log,
);

const rateLimit = new ResponseRateLimit(data.responseRate);
const udp = await startUdpServer(
  { host: data.host, port: data.port, shared: true },
  responder,
  rateLimit,
  log,
);

parentPort!.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'answered':
      waiting -= message.questions;
      return;
    case 'moved':
      answers.move(message.answers);
      return;
    case 'close':
      parentPort!.close();
      void udp.close();
  }
});

tell({ kind: 'ready' });
