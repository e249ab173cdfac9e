// What a process does beside executing: beats, looks after the dead, forgets the past.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../database/database.ts';
import * as engine from './engine.ts';
import type { Lease } from './lease.ts';
import { type Log, loggable } from './log.ts';
import { registerOrphans, takeOver } from './take-over.ts';

export type WatchOptions = {
  db: Db;
  lease: Lease;
  executorId: string;
  heartbeatMs: number;
  takeOverAfterMs: number;
  keepEndedMs: number;
  /** Ends the beats. */
  stopped: AbortSignal;
  /** Ends everything else. */
  closing: AbortSignal;
  log: Log;
};

const forgetEveryMs = 3_600_000;
const forgetBatch = 500;

/** Resolves after `stopped`. */
export const keepWatch = async (options: WatchOptions): Promise<void> => {
  // Apart from each other: a long take-over must not make this process look dead itself.
  await Promise.all([beat(options), lookAfterOthers(options), forget(options)]);
};

const beat = ({ lease, heartbeatMs, stopped }: WatchOptions) =>
  every(heartbeatMs, stopped, async () => {
    await lease.beat();
  });

const lookAfterOthers = (options: WatchOptions) => {
  let orphansAt = 0;
  return every(options.heartbeatMs, options.closing, async () => {
    if (!options.lease.mayJudgeOthers) return;
    try {
      if (performance.now() >= orphansAt) {
        await registerOrphans(options.db);
        orphansAt = performance.now() + options.takeOverAfterMs;
      }
      await takeOver(options);
    } catch (error) {
      options.log.warn({ err: loggable(error) }, 'could not look after other processes');
    }
  });
};

const forget = ({ keepEndedMs, closing, log }: WatchOptions) =>
  every(forgetEveryMs, closing, async () => {
    try {
      const before = new Date(Date.now() - keepEndedMs);
      while ((await engine.forget(before, forgetBatch)) === forgetBatch && !closing.aborted) {}
    } catch (error) {
      log.warn({ err: loggable(error) }, 'could not forget ended workflows');
    }
  });

const every = async (ms: number, until: AbortSignal, act: () => Promise<void>): Promise<void> => {
  while (!until.aborted) {
    await act();
    await sleep(ms, undefined, { signal: until }).catch(() => {});
  }
};
