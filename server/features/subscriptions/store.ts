// Every statement on subscription.
import type { Db, Tx } from '../../../database/database.ts';
import type { BillingCycle } from '../price-book/index.ts';

export const subscriptionInsert = async (
  tx: Tx,
  subscription: { teamUid: string; plan: string; start: Date; end: Date },
): Promise<void> => {
  await tx
    .insertInto('subscription')
    .values({
      team_uid: subscription.teamUid,
      plan: subscription.plan,
      cycle: 'monthly',
      status: 'active',
      current_period_start: subscription.start,
      current_period_end: subscription.end,
    })
    .execute();
};

export const subscriptionOf = async (db: Db, teamUid: string) => {
  const row = await db
    .selectFrom('subscription')
    .select(['plan', 'cycle', 'status', 'current_period_end'])
    .where('team_uid', '=', teamUid)
    .executeTakeFirstOrThrow();
  return { ...row, cycle: row.cycle as BillingCycle };
};

/** Which of these plans some team has. */
export const plansSubscribed = async (db: Db, names: string[]): Promise<string[]> => {
  const rows = await db
    .selectFrom('subscription')
    .select('plan')
    .distinct()
    .where('plan', 'in', names)
    .orderBy('plan')
    .execute();
  return rows.map(({ plan }) => plan);
};
