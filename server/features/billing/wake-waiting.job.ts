// Looks after everybody who waits for credits or for a top-up, whatever was interrupted: a line whose serving failed
// for good, a wallet that fell low while its top-up had to wait. Any number of processes may run it.
import { inTransaction } from '../../../database/database.ts';
import type { FeatureContext } from '../context.ts';
import { serveIfAffordable, teamsInLine } from './funds-wait.ts';
import { fundsLock } from './store.ts';
import { teamsThatTopUp, topUpIfLow } from './wallet-settings.ts';

export const wakeWaiting = async ({ db, clock }: FeatureContext): Promise<void> => {
  for (const teamUid of await teamsInLine(db)) {
    await inTransaction(db, (tx) => serveIfAffordable(tx, teamUid));
  }
  for (const teamUid of await teamsThatTopUp(db, clock.now())) {
    await inTransaction(db, async (tx) => {
      await fundsLock(tx, teamUid);
      await topUpIfLow(tx, teamUid, clock.now());
    });
  }
};
