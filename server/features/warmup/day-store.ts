// Every statement on warmup_day: what became of a mailbox's letters, counted by day.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';

export const dayCounts = [
  'planned',
  'sent',
  'replies',
  'inbox',
  'spam',
  'missing',
  'failed',
  'received',
  'opened',
  'important',
  'rescued',
] as const;
export type DayCount = (typeof dayCounts)[number];

export type Counts = Record<DayCount, number>;
export type WarmupDay = Counts & { day: string };

type Added = { subscriptionUid: string; day: string } & Partial<Counts>;

export const noCounts: Counts = Object.fromEntries(dayCounts.map((count) => [count, 0])) as Counts;

/** Adds to days, in one order everywhere, so that two that add to the same days never wait for each other. */
export const daysAdd = async (tx: Tx, added: readonly Added[]): Promise<void> => {
  const sums = new Map<string, Added & Counts>();
  for (const one of added) {
    const key = `${one.subscriptionUid} ${one.day}`;
    const sum = sums.get(key) ?? { ...noCounts, subscriptionUid: one.subscriptionUid, day: one.day };
    for (const count of dayCounts) sum[count] += one[count] ?? 0;
    sums.set(key, sum);
  }
  if (sums.size === 0) return;
  const rows = [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { subscriptionUid, ...counts }]) => ({ subscription_uid: subscriptionUid, ...counts }));
  const columns = sql.join(dayCounts.map((count) => sql.ref(count)));
  const grown = sql.join(
    dayCounts.map((count) => sql`${sql.ref(count)} = known.${sql.ref(count)} + excluded.${sql.ref(count)}`),
  );
  await sql`
    insert into warmup_day as known (subscription_uid, day, ${columns})
    select subscription_uid, day, ${columns}
    from json_populate_recordset(null::warmup_day, ${JSON.stringify(rows)}::json)
    order by subscription_uid, day
    on conflict (subscription_uid, day) do update set ${grown}
  `.execute(tx);
};

/** The days of each from `from` on, oldest first. */
export const daysSince = async (
  db: Db,
  subscriptionUids: readonly string[],
  from: string,
): Promise<Map<string, WarmupDay[]>> => {
  const rows = await db
    .selectFrom('warmup_day')
    .selectAll()
    .where(sql<boolean>`subscription_uid = any(${subscriptionUids}::uuid[])`)
    .where('day', '>=', from)
    .orderBy('day')
    .execute();
  const days = new Map<string, WarmupDay[]>();
  for (const { subscription_uid: uid, ...day } of rows) days.set(uid, [...(days.get(uid) ?? []), day]);
  return days;
};

/** Letters that were sent, by subscription; since ever. */
export const sentOf = async (db: Db, subscriptionUids: readonly string[]): Promise<Map<string, number>> => {
  const rows = await db
    .selectFrom('warmup_day')
    .select((eb) => ['subscription_uid', eb.fn.sum<string>('sent').as('sent')])
    .where(sql<boolean>`subscription_uid = any(${subscriptionUids}::uuid[])`)
    .groupBy('subscription_uid')
    .execute();
  return new Map(rows.map((row) => [row.subscription_uid, Number(row.sent)]));
};
