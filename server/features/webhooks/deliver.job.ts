// Tells webhook endpoints what happened, for as long as the process runs. Any number of processes may.
import { type ClaimedWork, createClaimedWork } from '../../../database/claimed-work.ts';
import { inRounds } from '../../../database/rounds.ts';
import { newId } from '../../../database/uuid.ts';
import type { FeatureContext } from '../context.ts';
import { type Arrival, deliveriesClaim, deliveriesForget, deliveriesRelease } from './delivery-store.ts';
import { handOutEvents } from './hand-out.ts';
import { type Dispatch, dispatchesOf, sendDelivery, settleArrived } from './send.ts';

const LOOK_EVERY_MS = 500;
/** Longer than an attempt can last, so that a lease only ends when its process did. */
const LEASE_MS = 90_000;
/** Connections, nearly all of them waiting. */
const MAX_IN_FLIGHT = 512;
/** Of them, to endpoints at which something fails. */
const MAX_FAILING = 64;
const PER_ENDPOINT = 4;
/** Arrivals that are one commit; each with up to 4 kB of what was answered. */
const MOST_IN_ROUND = 200;
const KEPT_MS = 30 * 24 * 60 * 60_000;
const FORGET_AT_ONCE = 5_000;

type Deps = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'outgoing'> & {
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  random?: () => number;
};

export const createWebhookWorker = (deps: Deps): ClaimedWork => {
  const { db, clock, log } = deps;
  const worker = { uid: newId(), leaseMs: LEASE_MS };
  const arrived = inRounds<Arrival, void>({
    async round(arrivals) {
      await settleArrived(deps, worker.uid, arrivals);
      return arrivals.map(() => undefined);
    },
    most: MOST_IN_ROUND,
  });
  const send = { ...deps, random: deps.random ?? Math.random, arrived };
  const work = createClaimedWork<Dispatch>({
    name: 'webhooks',
    clock,
    log,
    maxInFlight: MAX_IN_FLIGHT,
    lookEveryMs: LOOK_EVERY_MS,
    async claim(free, inFlight) {
      await handOutEvents(deps);
      const busy = new Map<string, number>();
      let failing = 0;
      for (const { delivery } of inFlight) {
        const { endpointUid, attempts } = delivery;
        busy.set(endpointUid, (busy.get(endpointUid) ?? 0) + 1);
        if (attempts > 0) failing += 1;
      }
      const limits = { free, failingFree: MAX_FAILING - failing, perEndpoint: PER_ENDPOINT, busy };
      const claimed = await deliveriesClaim(db, worker, clock.now(), limits);
      return dispatchesOf(db, claimed, clock.now());
    },
    work: (dispatch, signal) => sendDelivery(send, worker.uid, dispatch, signal),
  });
  return {
    ...work,
    async close(graceMs) {
      await work.close(graceMs);
      await deliveriesRelease(db, worker.uid);
    },
  };
};

/** Forgets deliveries that ended 30 days ago; the events stay. */
export const forgetDeliveries = async ({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> => {
  const before = new Date(clock.now().getTime() - KEPT_MS);
  while ((await deliveriesForget(db, before, FORGET_AT_ONCE)) === FORGET_AT_ONCE);
};
