// Every statement on warmup_subscription and warmup_term.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { WarmupSubscription as SubscriptionTable } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { WarmupSettings } from './curve.ts';
import type { Member } from './pairing.ts';
import type { PausedFor, Subscription, WarmupStatus } from './subscription.ts';

const fromRow = (row: Selectable<SubscriptionTable>): Subscription => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  mailboxUid: row.mailbox_uid,
  domainUid: row.domain_uid,
  domainName: row.domain_name,
  status: row.status as WarmupStatus,
  statusReason: row.status_reason,
  statusSince: row.status_since,
  pausedFor: row.paused_for as PausedFor | null,
  beginsByItself: row.begins_by_itself,
  settings: row.settings as WarmupSettings,
  shared: row.shared,
  rampDay: row.ramp_day,
  plannedDay: row.planned_day,
  plannedLetters: row.planned_letters,
  planAt: row.plan_at,
  partners: row.partners,
  startedAt: row.started_at,
  termAnchor: row.term_anchor,
  termMonths: row.term_months,
  paidUntil: row.paid_until,
  unpaidSince: row.unpaid_since,
  dueAt: row.due_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Inserts one for a mailbox that never had one. Answers false when somebody else just did. */
export const subscriptionInsert = async (tx: Tx, row: Subscription): Promise<boolean> => {
  const inserted = await tx
    .insertInto('warmup_subscription')
    .values({
      uid: row.uid,
      team_uid: row.teamUid,
      workspace_uid: row.workspaceUid,
      mailbox_uid: row.mailboxUid,
      domain_uid: row.domainUid,
      domain_name: row.domainName,
      status: row.status,
      status_since: row.statusSince,
      begins_by_itself: row.beginsByItself,
      settings: JSON.stringify(row.settings),
      shared: row.shared,
      due_at: row.dueAt,
      created_at: row.createdAt,
      updated_at: row.updatedAt,
    })
    .onConflict((conflict) => conflict.column('mailbox_uid').doNothing())
    .returning('uid')
    .executeTakeFirst();
  return inserted !== undefined;
};

export type SubscriptionChange = Partial<
  Omit<
    Subscription,
    'uid' | 'teamUid' | 'workspaceUid' | 'mailboxUid' | 'domainUid' | 'createdAt' | 'updatedAt'
  >
>;

export const subscriptionUpdate = async (
  tx: Tx,
  uid: string,
  change: SubscriptionChange,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('warmup_subscription')
    .set({
      domain_name: change.domainName,
      status: change.status,
      status_reason: change.statusReason,
      status_since: change.statusSince,
      paused_for: change.pausedFor,
      begins_by_itself: change.beginsByItself,
      settings: change.settings && JSON.stringify(change.settings),
      shared: change.shared,
      ramp_day: change.rampDay,
      planned_day: change.plannedDay,
      planned_letters: change.plannedLetters,
      plan_at: change.planAt,
      partners: change.partners,
      started_at: change.startedAt,
      term_anchor: change.termAnchor,
      term_months: change.termMonths,
      paid_until: change.paidUntil,
      unpaid_since: change.unpaidSince,
      due_at: change.dueAt,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

export const subscriptionByUid = async (db: Db, uid: string): Promise<Subscription | null> => {
  const row = await db
    .selectFrom('warmup_subscription')
    .selectAll()
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const subscriptionLock = async (tx: Tx, uid: string): Promise<Subscription | null> => {
  const [row] = await subscriptionsLock(tx, [uid]);
  return row ?? null;
};

/** Those that exist, locked in one order everywhere; letters to them can be written meanwhile. */
export const subscriptionsLock = async (tx: Tx, uids: readonly string[]): Promise<Subscription[]> => {
  const rows = await tx
    .selectFrom('warmup_subscription')
    .selectAll()
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .orderBy('uid')
    .forNoKeyUpdate()
    .execute();
  return rows.map(fromRow);
};

/** Of these mailboxes, by mailbox, locked; who asks holds the mailboxes. */
export const subscriptionsOfMailboxesLock = async (
  tx: Tx,
  mailboxUids: readonly string[],
): Promise<Map<string, Subscription>> => {
  const rows = await tx
    .selectFrom('warmup_subscription')
    .selectAll()
    .where(sql<boolean>`mailbox_uid = any(${mailboxUids}::uuid[])`)
    .orderBy('uid')
    .forNoKeyUpdate()
    .execute();
  return new Map(rows.map((row) => [row.mailbox_uid, fromRow(row)]));
};

export const subscriptionOfMailbox = async (
  db: Db,
  workspaceUid: string,
  mailboxUid: string,
): Promise<Subscription | null> => {
  const row = await db
    .selectFrom('warmup_subscription')
    .selectAll()
    .where('mailbox_uid', '=', mailboxUid)
    .where('workspace_uid', '=', workspaceUid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const subscriptionsByUid = async (
  db: Db,
  uids: readonly string[],
): Promise<Map<string, Subscription>> => {
  const rows = await db
    .selectFrom('warmup_subscription')
    .selectAll()
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.uid, fromRow(row)]));
};

export const subscriptionPage = async (
  db: Db,
  workspaceUid: string,
  filter: {
    status?: WarmupStatus;
    includeCancelled: boolean;
    mailboxUids?: readonly string[];
    domainUids?: readonly string[] | undefined;
  },
  page: NewestFirstPage,
): Promise<{ subscriptions: Subscription[]; total: number }> => {
  const matching = db
    .selectFrom('warmup_subscription')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.status !== undefined, (query) => query.where('status', '=', filter.status!))
    .$if(filter.status === undefined && !filter.includeCancelled, (query) =>
      query.where('status', '!=', 'cancelled'),
    )
    .$if(filter.mailboxUids !== undefined, (query) =>
      query.where(sql<boolean>`mailbox_uid = any(${filter.mailboxUids}::uuid[])`),
    )
    .$if(filter.domainUids !== undefined, (query) =>
      query.where(sql<boolean>`domain_uid = any(${filter.domainUids}::uuid[])`),
    );
  const rows = await onNewestFirstPage(matching.selectAll(), page).execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { subscriptions: rows.map(fromRow), total: Number(total) };
};

export const subscriptionCounts = async (
  db: Db,
  workspaceUid: string,
): Promise<Record<WarmupStatus, number>> => {
  const rows = await db
    .selectFrom('warmup_subscription')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .where('workspace_uid', '=', workspaceUid)
    .groupBy('status')
    .execute();
  const counts = { pending: 0, active: 0, paused: 0, cancelled: 0 };
  for (const { status, count } of rows) counts[status as WarmupStatus] = Number(count);
  return counts;
};

export const activeOfWorkspace = async (db: Db, workspaceUid: string): Promise<Subscription[]> => {
  const rows = await db
    .selectFrom('warmup_subscription')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('status', '=', 'active')
    .execute();
  return rows.map(fromRow);
};

/** Subscriptions for which something is due, longest first. */
export const subscriptionsDue = async (
  db: Db,
  now: Date,
  limit: number,
): Promise<Pick<Subscription, 'uid' | 'teamUid'>[]> => {
  const rows = await db
    .selectFrom('warmup_subscription')
    .select(['uid', 'team_uid'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ uid: row.uid, teamUid: row.team_uid }));
};

/** Those of a team that are renewed by themselves, from the first renewal on through `until`. */
export const subscriptionsRenewing = async (
  db: Db,
  teamUid: string,
  until: Date,
): Promise<Subscription[]> => {
  const rows = await db
    .selectFrom('warmup_subscription')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .where('status', '=', 'active')
    .where('paid_until', '<=', until)
    .orderBy('paid_until')
    .execute();
  return rows.map(fromRow);
};

/** Whoever has it plans; nobody else does meanwhile. Answers false while another process has it. */
export const plannerLock = async (tx: Tx): Promise<boolean> => {
  const row = await tx
    .selectFrom('warmup_planner')
    .select('singleton')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row !== undefined;
};

/** Subscriptions whose next day is to be planned, locked; who asks holds `plannerLock`. */
export const subscriptionsToPlan = async (tx: Tx, now: Date, limit: number): Promise<Subscription[]> => {
  const rows = await tx
    .selectFrom('warmup_subscription')
    .select('uid')
    .where('plan_at', '<=', now)
    .orderBy('plan_at')
    .limit(limit)
    .execute();
  const locked = await subscriptionsLock(
    tx,
    rows.map(({ uid }) => uid),
  );
  return locked.filter(({ planAt }) => planAt !== null && planAt <= now);
};

/** Everybody who can be written to by these workspaces, or by those that share. */
export const activeMembers = async (db: Db, workspaceUids: readonly string[]): Promise<Member[]> => {
  const rows = await db
    .selectFrom('warmup_subscription')
    .select(['uid', 'workspace_uid', 'domain_name', 'shared'])
    .where('status', '=', 'active')
    .where((eb) =>
      eb.or([eb('shared', '=', true), sql<boolean>`workspace_uid = any(${workspaceUids}::uuid[])`]),
    )
    .orderBy('uid')
    .execute();
  return rows.map((row) => ({
    uid: row.uid,
    workspaceUid: row.workspace_uid,
    domainName: row.domain_name,
    shared: row.shared,
  }));
};

/** Leases subscriptions that have a letter to send or to look for; those that another process has are left to it. */
export const subscriptionsClaim = async (
  db: Db,
  worker: { uid: string; leaseMs: number },
  now: Date,
  free: number,
): Promise<Subscription[]> => {
  const leasedUntil = new Date(now.getTime() + worker.leaseMs);
  const { rows } = await sql<Selectable<SubscriptionTable>>`
    with busy as (
      select actor_uid as uid, min(due_at) as due_at from warmup_letter where due_at <= ${now} group by actor_uid
    ), mine as (
      select subscription.uid from warmup_subscription subscription join busy using (uid)
      where subscription.leased_until is null or subscription.leased_until < ${now}
      order by busy.due_at limit ${free}
      for update of subscription skip locked
    )
    update warmup_subscription set leased_by = ${worker.uid}, leased_until = ${leasedUntil}
    where uid in (select uid from mine)
    returning *
  `.execute(db);
  return rows.map(fromRow);
};

/** Gives back one, or all that the worker has. */
export const subscriptionsRelease = async (db: Db, workerUid: string, uid?: string): Promise<void> => {
  await db
    .updateTable('warmup_subscription')
    .set({ leased_by: null, leased_until: null })
    .where('leased_by', '=', workerUid)
    .$if(uid !== undefined, (query) => query.where('uid', '=', uid!))
    .execute();
};

export type WarmupTerm = { uid: string; subscriptionUid: string; startsAt: Date | null; endsAt: Date | null };

export const warmupTermInsert = async (tx: Tx, term: WarmupTerm, now: Date): Promise<void> => {
  await tx
    .insertInto('warmup_term')
    .values({
      uid: term.uid,
      subscription_uid: term.subscriptionUid,
      starts_at: term.startsAt,
      ends_at: term.endsAt,
      created_at: now,
    })
    .execute();
};

/** The month whose price is set aside; null when there is none. */
export const termNotBegun = async (tx: Tx, subscriptionUid: string): Promise<string | null> => {
  const row = await tx
    .selectFrom('warmup_term')
    .select('uid')
    .where('subscription_uid', '=', subscriptionUid)
    .where('starts_at', 'is', null)
    .executeTakeFirst();
  return row?.uid ?? null;
};

export const termBegin = async (
  tx: Tx,
  uid: string,
  span: { startsAt: Date; endsAt: Date },
): Promise<void> => {
  await tx
    .updateTable('warmup_term')
    .set({ starts_at: span.startsAt, ends_at: span.endsAt })
    .where('uid', '=', uid)
    .execute();
};

export const warmupTermDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('warmup_term').where('uid', '=', uid).execute();
};

/** The domains of those of these things that are months of warm-up. */
export const warmupDomainsCharged = async (db: Db, subjectUids: string[]): Promise<Map<string, string>> => {
  const rows = await db
    .selectFrom('warmup_term as term')
    .innerJoin('warmup_subscription as subscription', 'subscription.uid', 'term.subscription_uid')
    .select(['term.uid', 'subscription.domain_name'])
    .where(sql<boolean>`term.uid = any(${subjectUids}::uuid[])`)
    .execute();
  return new Map(rows.map(({ uid, domain_name }) => [uid, domain_name]));
};
