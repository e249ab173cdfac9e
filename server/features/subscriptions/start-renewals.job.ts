// Starts a run for every subscription about which something is due.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { renew, renewId } from './renew.workflow.ts';
import { subscriptionsDue } from './store.ts';

export const startRenewals = async ({
  db,
  clock,
  workflows,
}: {
  db: Db;
  clock: Clock;
  workflows: WorkflowStarter;
}): Promise<number> => {
  const due = await subscriptionsDue(db, clock.now());
  for (const { teamUid, dueAt } of due) {
    await inTransaction(db, (tx) => workflows.start(tx, renew, renewId(teamUid, dueAt), { teamUid }));
  }
  return due.length;
};
