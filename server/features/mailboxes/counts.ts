// Every statement on mailbox_count: how long the lists of mailboxes are, without counting them.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { assertWorkspaceRoom } from '../workspaces/index.ts';
import { goneStatuses } from './mailbox.ts';

/** How many mailboxes of the workspace are in each status on each platform; from the kept counters. */
export const mailboxCounts = async (
  db: Db,
  workspaceUid: string,
): Promise<{ status: string; platform: string; count: number }[]> => {
  const rows = await db
    .selectFrom('mailbox_count')
    .select((eb) => ['status', 'platform', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', '=', workspaceUid)
    .groupBy(['status', 'platform'])
    .having((eb) => eb(eb.fn.sum<number>('difference'), '<>', 0))
    .execute();
  return rows.map((row) => ({ status: row.status, platform: row.platform, count: Number(row.count) }));
};

/** Live mailboxes per workspace. */
export const mailboxTotals = async (db: Db, workspaceUids: string[]): Promise<Map<string, number>> => {
  if (workspaceUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('mailbox_count')
    .select((eb) => ['workspace_uid', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', 'in', workspaceUids)
    .where('status', 'not in', [...goneStatuses])
    .groupBy('workspace_uid')
    .execute();
  return new Map(rows.map((row) => [row.workspace_uid, Number(row.count)]));
};

/** @throws {ApiError} `workspace_limit_reached` when so many more mailboxes are too many for the workspace */
export const assertMailboxRoom = (db: Db, workspaceUid: string, adding: number): Promise<void> =>
  assertWorkspaceRoom(db, workspaceUid, 'mailboxes', adding, async () => {
    const live = (await mailboxTotals(db, [workspaceUid])).get(workspaceUid) ?? 0;
    const { coming } = await db
      .selectFrom('mailbox')
      .select((eb) => eb.fn.countAll<string>().as('coming'))
      .where('workspace_uid', '=', workspaceUid)
      .where('reactivation_status', '=', 'pending')
      .where('status', 'in', [...goneStatuses])
      .executeTakeFirstOrThrow();
    return live + Number(coming);
  });

/** Folds the counters' differences into one row per status and platform, where there is more than one. */
export const mailboxCountsFold = async (db: Db): Promise<void> => {
  await sql`
    with several as (
      select workspace_uid, platform, status from mailbox_count group by 1, 2, 3 having count(*) > 1
    ), taken as (
      delete from mailbox_count as row using several
        where (row.workspace_uid, row.platform, row.status) =
          (several.workspace_uid, several.platform, several.status)
        returning row.*
    )
    insert into mailbox_count
      select workspace_uid, platform, status, sum(difference) from taken group by 1, 2, 3 having sum(difference) <> 0
  `.execute(db);
};
