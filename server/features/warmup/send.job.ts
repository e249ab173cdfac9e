// Has mailboxes write to each other, for as long as the process runs. Any number of processes may; a mailbox that one
// visits is leased to it.
import { type ClaimedWork, createClaimedWork } from '../../../database/claimed-work.ts';
import { newId } from '../../../database/uuid.ts';
import { planWarmups } from './plan.ts';
import { subscriptionsClaim, subscriptionsRelease } from './store.ts';
import type { Subscription } from './subscription.ts';
import { type VisitContext, visitMailbox } from './visit.ts';

const LOOK_EVERY_MS = 10_000;
/** Longer than a visit can last. */
const LEASE_MS = 5 * 60_000;
/** Each has one connection to hand letters in and one to read. */
const MAX_IN_FLIGHT = 8;

type Deps = VisitContext & {
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
};

export const createWarmupWorker = (deps: Deps): ClaimedWork => {
  const { db, clock, log } = deps;
  const worker = { uid: newId(), leaseMs: LEASE_MS };
  const visits = createClaimedWork<Subscription>({
    name: 'warm-up',
    clock,
    log,
    maxInFlight: MAX_IN_FLIGHT,
    lookEveryMs: LOOK_EVERY_MS,
    async claim(free) {
      await planWarmups(deps);
      return subscriptionsClaim(db, worker, clock.now(), free);
    },
    work: (subscription) => visitMailbox(deps, worker.uid, subscription),
  });
  return {
    runDue: visits.runDue,
    start: visits.start,
    wake: visits.wake,
    async close(graceMs) {
      await visits.close(graceMs);
      await subscriptionsRelease(db, worker.uid);
    },
  };
};
