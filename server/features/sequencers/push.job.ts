// Brings mailboxes to sequencers and looks after those that are there, for as long as the process runs. Any number of
// processes may; what one takes on is leased to it.
import { type ClaimedWork, createClaimedWork } from '../../../database/claimed-work.ts';
import { newId } from '../../../database/uuid.ts';
import type { FeatureContext } from '../context.ts';
import type { SequencerExport } from './export.ts';
import { exportsClaim, exportsRelease } from './export-store.ts';
import { followMailboxes } from './follow.ts';
import { reconcileSequencer } from './reconcile.ts';
import type { SequencerAccount } from './sequencer.ts';
import { sequencersToReconcile } from './store.ts';
import { visitExport } from './visit.ts';

const LOOK_EVERY_MS = 1_000;
/** Longer than a visit can last: sign-ins, and a handful of calls that each wait their turn and time out. */
const LEASE_MS = 10 * 60_000;
/** Connections, nearly all of them waiting. */
const MAX_IN_FLIGHT = 64;
const PER_SEQUENCER = 8;
const ACCOUNTS_AT_ONCE = 16;
const COMPARE_LOOKS_EVERY_MS = 30_000;

type Deps = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'providers' | 'settings'> & {
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
};

export const createSequencerWorker = (deps: Deps): ClaimedWork => {
  const { db, clock, log } = deps;
  const worker = { uid: newId(), leaseMs: LEASE_MS };
  const pushes = createClaimedWork<SequencerExport>({
    name: 'sequencers',
    clock,
    log,
    maxInFlight: MAX_IN_FLIGHT,
    lookEveryMs: LOOK_EVERY_MS,
    async claim(free, inFlight) {
      await followMailboxes(deps);
      const busy = new Map<string, number>();
      for (const { sequencerUid } of inFlight) busy.set(sequencerUid, (busy.get(sequencerUid) ?? 0) + 1);
      return exportsClaim(db, worker, clock.now(), { free, perSequencer: PER_SEQUENCER, busy });
    },
    work: (row) => visitExport(deps, worker.uid, row),
  });
  const comparisons = createClaimedWork<SequencerAccount>({
    name: 'sequencer comparisons',
    clock,
    log,
    maxInFlight: ACCOUNTS_AT_ONCE,
    lookEveryMs: COMPARE_LOOKS_EVERY_MS,
    claim: (free, inFlight) =>
      sequencersToReconcile(db, clock.now(), {
        everyMs: deps.settings.sequencerReconcileEveryMs,
        limit: free,
        but: inFlight.map(({ uid }) => uid),
      }),
    work: (account) => reconcileSequencer(deps, account),
  });
  return {
    async runDue() {
      await comparisons.runDue();
      await pushes.runDue();
    },
    start() {
      pushes.start();
      comparisons.start();
    },
    wake() {
      pushes.wake();
      comparisons.wake();
    },
    async close(graceMs) {
      await Promise.all([pushes.close(graceMs), comparisons.close(graceMs)]);
      await exportsRelease(db, worker.uid);
    },
  };
};
