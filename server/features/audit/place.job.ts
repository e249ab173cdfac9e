// Gives committed entries their place in the chain of their team.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { type ChainPlace, chainEntry } from '../../../protocols/audit-chain.ts';
import { entryRecord } from './entry.ts';
import {
  chainEnd,
  entriesWaiting,
  type Link,
  linksInsert,
  placingLock,
  placingTryLock,
  unplacedTake,
} from './store.ts';

type Deps = { db: Db; clock: Clock };

const AT_ONCE = 500;

/** Places everything that waits. Any number of processes may do so at once; one of them does. */
const placeEntries = async ({ db, clock }: Deps): Promise<void> => {
  const placeMore = (tx: Tx) => placingTryLock(tx).then((mine) => (mine ? placeSome(tx, clock.now()) : 0));
  while ((await entriesWaiting(db)) > 0 && (await inTransaction(db, placeMore)) > 0);
};

/** For whoever reads: what waits at this moment has its place when it resolves, whoever gave it. */
export const placeWhatWaits = async ({ db, clock }: Deps): Promise<void> => {
  for (let waiting = await entriesWaiting(db); waiting > 0; ) {
    const placed = await inTransaction(db, async (tx) => {
      await placingLock(tx);
      return placeSome(tx, clock.now());
    });
    waiting = placed === 0 ? 0 : waiting - placed;
  }
};

/** Answers how many. */
const placeSome = async (tx: Tx, now: Date): Promise<number> => {
  const entries = await unplacedTake(tx, AT_ONCE);
  if (entries.length === 0) return 0;
  const ends = new Map<string, ChainPlace>();
  const links: Link[] = [];
  for (const entry of entries) {
    const { teamUid, seq } = entry;
    const last = ends.get(teamUid) ?? (await chainEnd(tx, teamUid));
    const { position, previous, hash } = chainEntry(entryRecord(entry), last);
    links.push({ teamUid, seq, position, previous, hash });
    ends.set(teamUid, { position, hash });
  }
  await linksInsert(tx, links, now);
  return entries.length;
};

const LOOK_EVERY_MS = 1_000;

/** Places entries as they come, for as long as the process runs: what has its place can no longer be changed unseen. */
export const keepPlacing = (
  deps: Deps & {
    log: { warn(fields: object, message: string): void };
  },
): { close(): Promise<void> } => {
  const { clock, log } = deps;
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
      await placeEntries(deps).catch((error: Error) =>
        log.warn({ reason: error.message }, 'audit entries got no place in their chain'),
      );
    }
  };
  const running = loop();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
};
