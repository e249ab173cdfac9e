// Takes up domains that are held and paid for, and whose set-up gave up: a next run, an hour after the first that
// failed and later each time, at most once a day. Takes no input and acts on what is stored; any number of
// processes may run it.
import { inTransaction } from '../../../database/database.ts';
import type { FeatureContext } from '../context.ts';
import { moveDomain } from './move.ts';
import { setUp, setUpId } from './set-up.workflow.ts';
import { domainsToSetUpAgain, domainUpdate } from './store.ts';

const HOUR_MS = 60 * 60_000;
const MOST_AT_ONCE = 100;

export const retrySetUp = async ({ db, clock, workflows }: FeatureContext): Promise<void> => {
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    const due = await domainsToSetUpAgain(tx, new Date(now.getTime() - HOUR_MS), MOST_AT_ONCE);
    for (const domain of due) {
      const waitMs = Math.min(2 ** (domain.setUpRun - 1), 24) * HOUR_MS;
      if (now.getTime() - domain.statusSince.getTime() < waitMs) continue;
      const run = domain.setUpRun + 1;
      await moveDomain(tx, domain.uid, 'dns_setup_pending', now, { statusReason: domain.statusReason });
      await domainUpdate(tx, domain.uid, { setUpRun: run }, now);
      await workflows.start(tx, setUp, setUpId(domain.uid, run), { domainUid: domain.uid, platform: null });
    }
  });
};
