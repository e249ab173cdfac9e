// The further threads that answer over UDP, as the thread that has the zones sees them.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { AnswerStore } from './answer-store.ts';
import type { DnsLog } from './dns-log.ts';
import { hashSeed } from './query.ts';
import type { Responder } from './responder.ts';
import type { UdpServer } from './udp-server.ts';
import type { AskedQuestion, FromThread, ThreadData, ToThread } from './udp-thread.ts';

export type UdpThreads = { close(): Promise<void> };

const PROGRAM = new URL('./udp-thread.ts', import.meta.url);

/**
 * Starts a thread for each of `threads`, numbered from 1. One that ends is not replaced: the system hands what comes to
 * the others.
 *
 * @throws when one cannot bind the port
 */
export async function startUdpThreads(
  threads: number,
  common: Omit<ThreadData, 'thread' | 'answers' | 'hashSeed'>,
  parts: { responder: Responder; answers: AnswerStore; udp: UdpServer; log: DnsLog },
): Promise<UdpThreads> {
  const { responder, answers, udp, log } = parts;
  let closing = false;
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData: ThreadData = { ...common, thread: index + 1, answers: answers.memory, hashSeed };
    return new Worker(PROGRAM, { workerData });
  });
  const ended = workers.map((worker) => once(worker, 'exit').catch(() => {}));
  const tell = (worker: Worker, message: ToThread) => worker.postMessage(message);
  answers.onMove = (memory) => {
    for (const worker of workers) tell(worker, { kind: 'moved', answers: memory });
  };

  const answerFor = (worker: Worker, questions: readonly AskedQuestion[]): void => {
    for (const { message, peer } of questions) {
      const response = responder.respond(
        Buffer.from(message.buffer, message.byteOffset, message.length),
        'udp',
      );
      if (response) udp.send(response, peer);
    }
    tell(worker, { kind: 'answered', questions: questions.length });
  };

  const started = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'questions') answerFor(worker, message.questions);
        else log.error(message.fields, message.text);
      });
      worker.on('error', (error) => {
        log.error({ err: error }, 'a DNS thread failed');
        reject(error);
      });
      worker.on('exit', (code) => {
        if (!closing) log.error({ code }, 'a DNS thread ended; the others answer');
      });
    });

  try {
    await Promise.all(workers.map(started));
  } catch (error) {
    closing = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  return {
    close: async () => {
      closing = true;
      for (const worker of workers) tell(worker, { kind: 'close' });
      await Promise.all(ended);
    },
  };
}
