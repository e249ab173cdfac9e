// Adds the books of every team up from the first entry on, once a day.
//
// A team is taken when a day has passed since its last proof, a few at a time: so the work is spread over the day, any
// number of processes share it, and what was missed while nobody ran is made up for.
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { proveBooks } from './proof.ts';
import { proofRecord, teamsToProve } from './proofs.ts';

const DAY_MS = 86_400_000;
const AT_ONCE = 20;

/** Answers the teams whose books do not balance; the caller tells the operator. */
export const proveLedgers = async (
  { db, clock }: { db: Db; clock: Clock },
  atOnce = AT_ONCE,
): Promise<string[]> => {
  const now = clock.now();
  const wrong: string[] = [];
  for (const teamUid of await teamsToProve(db, new Date(now.getTime() - DAY_MS), atOnce)) {
    const { balanced, transactions } = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((tx) => proveBooks(tx, teamUid));
    await proofRecord(db, { teamUid, provedAt: now, transactions, balanced });
    if (!balanced) wrong.push(teamUid);
  }
  return wrong;
};
