// Every statement on subscription and subscription_term.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Subscription as SubscriptionTable } from '../../../database/types.ts';
import type { BillingCycle } from '../price-book/index.ts';
import type { Subscription, SubscriptionStatus } from './subscription.ts';

const fromRow = (row: Selectable<SubscriptionTable>): Subscription => ({
  teamUid: row.team_uid,
  plan: row.plan,
  cycle: row.cycle as BillingCycle,
  status: row.status as SubscriptionStatus,
  periodStart: row.current_period_start,
  periodEnd: row.current_period_end,
  anchor: row.anchor,
  anchorMonths: row.anchor_months,
  periodMicros: row.period_micros,
  priceVersion: row.price_version,
  next: row.next_plan ? { plan: row.next_plan, cycle: row.next_cycle as BillingCycle } : null,
  cancelAtPeriodEnd: row.cancel_at_period_end,
  dueAt: row.due_at,
  reminded: row.reminded,
  attempts: row.attempts,
  endedAt: row.ended_at,
});

const toRow = (subscription: Omit<Subscription, 'teamUid'>) => ({
  plan: subscription.plan,
  cycle: subscription.cycle,
  status: subscription.status,
  current_period_start: subscription.periodStart,
  current_period_end: subscription.periodEnd,
  anchor: subscription.anchor,
  anchor_months: subscription.anchorMonths,
  period_micros: subscription.periodMicros,
  price_version: subscription.priceVersion,
  next_plan: subscription.next?.plan ?? null,
  next_cycle: subscription.next?.cycle ?? null,
  cancel_at_period_end: subscription.cancelAtPeriodEnd,
  due_at: subscription.dueAt,
  reminded: subscription.reminded,
  attempts: subscription.attempts,
  ended_at: subscription.endedAt,
});

export const subscriptionInsert = async (tx: Tx, subscription: Subscription): Promise<void> => {
  await tx
    .insertInto('subscription')
    .values({ team_uid: subscription.teamUid, ...toRow(subscription) })
    .execute();
};

export const subscriptionOf = async (db: Db, teamUid: string): Promise<Subscription> =>
  fromRow(
    await db.selectFrom('subscription').selectAll().where('team_uid', '=', teamUid).executeTakeFirstOrThrow(),
  );

export const subscriptionLock = async (tx: Tx, teamUid: string): Promise<Subscription> =>
  fromRow(
    await tx
      .selectFrom('subscription')
      .selectAll()
      .where('team_uid', '=', teamUid)
      .forUpdate()
      .executeTakeFirstOrThrow(),
  );

export const subscriptionUpdate = async (tx: Tx, subscription: Subscription): Promise<void> => {
  await tx
    .updateTable('subscription')
    .set(toRow(subscription))
    .where('team_uid', '=', subscription.teamUid)
    .execute();
};

/** Teams whose subscription somebody has to look at, with the time since when. */
export const subscriptionsDue = async (db: Db, now: Date): Promise<{ teamUid: string; dueAt: Date }[]> => {
  const rows = await db
    .selectFrom('subscription')
    .select(['team_uid', 'due_at'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(1_000)
    .execute();
  return rows.map(({ team_uid, due_at }) => ({ teamUid: team_uid, dueAt: due_at! }));
};

/** Which of these plans some team has or will have. */
export const plansSubscribed = async (db: Db, names: string[]): Promise<string[]> => {
  const { rows } = await sql<{ plan: string }>`
    select distinct plan from (
      select plan from subscription where status <> 'cancelled'
      union all select next_plan from subscription where next_plan is not null
    ) held where plan = any(${names}::text[]) order by plan
  `.execute(db);
  return rows.map(({ plan }) => plan);
};

export type TermLine = { description: string; amountMicros: number };

/** What a subscription cost once: a period, or the rest of one after a change of plan. */
export type Term = {
  uid: string;
  teamUid: string;
  kind: 'period' | 'change';
  plan: string;
  cycle: BillingCycle;
  startsAt: Date;
  endsAt: Date;
  /** They say how the amount came about; the negative ones are what was paid before. */
  lines: TermLine[];
  amountMicros: number;
  createdAt: Date;
};

export const termInsert = async (tx: Tx, term: Term): Promise<void> => {
  await tx
    .insertInto('subscription_term')
    .values({
      uid: term.uid,
      team_uid: term.teamUid,
      kind: term.kind,
      plan: term.plan,
      cycle: term.cycle,
      starts_at: term.startsAt,
      ends_at: term.endsAt,
      lines: JSON.stringify(term.lines),
      amount_micros: term.amountMicros,
      created_at: term.createdAt,
    })
    .execute();
};
