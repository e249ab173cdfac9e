// Looks after everybody who waits for credits or for a top-up, whatever was interrupted: a line whose serving failed
// for good, a wallet that fell low while its top-up had to wait. Any number of processes may run it.
import { inTransaction } from '../../../database/database.ts';
import type { FeatureContext } from '../context.ts';
import { firstInLine, teamsInLine } from './funds-wait.ts';
import { startServing } from './signals.ts';
import { fundsLock, walletBalance } from './store.ts';
import { teamsThatTopUp, topUpIfLow } from './wallet-settings.ts';

export const wakeWaiting = async ({ db, clock }: FeatureContext): Promise<void> => {
  for (const teamUid of await teamsInLine(db)) {
    const first = await firstInLine(db, teamUid);
    if (first && (await walletBalance(db, teamUid)) >= first.amountMicros) {
      await inTransaction(db, (tx) => startServing(tx, teamUid));
    }
  }
  for (const teamUid of await teamsThatTopUp(db, clock.now())) {
    await inTransaction(db, async (tx) => {
      await fundsLock(tx, teamUid);
      await topUpIfLow(tx, teamUid, clock.now());
    });
  }
};
