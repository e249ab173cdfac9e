// Every statement on domain_count: how long the lists of domains are, without counting them, and whether one more fits.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { ApiError } from '../../http/errors.ts';
import { assertWorkspaceRoom } from '../workspaces/index.ts';
import { type DomainStatus, isGone } from './domain.ts';

/** How many domains of the workspace are in each status; from the kept counters, unless only some are to be counted. */
export const domainCounts = (db: Db, workspaceUid: string, among?: readonly string[]) =>
  countsBy(db, workspaceUid, 'status', among);

export const nameserverMatchCounts = (db: Db, workspaceUid: string, among?: readonly string[]) =>
  countsBy(db, workspaceUid, 'nameserver_match_status', among);

const countsBy = async (
  db: Db,
  workspaceUid: string,
  column: 'status' | 'nameserver_match_status',
  among: readonly string[] | undefined,
): Promise<Record<string, number>> => {
  if (among) {
    const counted = await db
      .selectFrom('domain')
      .select((eb) => [eb.ref(column).as('value'), eb.fn.countAll<string>().as('count')])
      .where('workspace_uid', '=', workspaceUid)
      .where(sql<boolean>`uid = any(${among}::uuid[])`)
      .groupBy(column)
      .execute();
    return Object.fromEntries(counted.map((row) => [row.value, Number(row.count)]));
  }
  const rows = await db
    .selectFrom('domain_count')
    .select((eb) => [eb.ref(column).as('value'), eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', '=', workspaceUid)
    .groupBy(column)
    .having((eb) => eb(eb.fn.sum<number>('difference'), '<>', 0))
    .execute();
  return Object.fromEntries(rows.map((row) => [row.value, Number(row.count)]));
};

/** Live and active domains per workspace. */
export const domainTotals = async (
  db: Db,
  workspaceUids: string[],
): Promise<{ workspaceUid: string; status: string; count: number }[]> => {
  if (workspaceUids.length === 0) return [];
  const rows = await db
    .selectFrom('domain_count')
    .select((eb) => ['workspace_uid', 'status', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', 'in', workspaceUids)
    .groupBy(['workspace_uid', 'status'])
    .execute();
  return rows.map((row) => ({
    workspaceUid: row.workspace_uid,
    status: row.status,
    count: Number(row.count),
  }));
};

/** @throws {ApiError} `workspace_limit_reached` when so many more domains are too many for the workspace */
export const assertDomainRoom = (db: Db, workspaceUid: string, adding: number): Promise<void> =>
  assertWorkspaceRoom(db, workspaceUid, 'domains', adding, async () =>
    (await domainTotals(db, [workspaceUid]))
      .filter(({ status }) => !isGone({ status: status as DomainStatus }))
      .reduce((sum, { count }) => sum + count, 0),
  );

/** The limit that one more domain would pass; null when there is room. */
export const whyNoRoom = async (db: Db, workspaceUid: string): Promise<ApiError | null> => {
  try {
    await assertDomainRoom(db, workspaceUid, 1);
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
};

/** Folds the counters' differences into one row per status. */
export const domainCountsFold = async (db: Db): Promise<void> => {
  await sql`
    with several as (
      select workspace_uid, status, nameserver_match_status from domain_count group by 1, 2, 3 having count(*) > 1
    ), taken as (
      delete from domain_count as row using several
        where (row.workspace_uid, row.status, row.nameserver_match_status) =
          (several.workspace_uid, several.status, several.nameserver_match_status)
        returning row.*
    )
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, sum(difference) from taken group by 1, 2, 3 having sum(difference) <> 0
  `.execute(db);
};
