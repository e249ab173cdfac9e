// Which domains could be meant by a uid or a name: what keys that are limited to domains are checked by.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { type DomainStatus, isGone } from './domain.ts';

/** By uid the domain, by name every one that is there and the newest, whatever became of it. */
export const domainsMeant = async (
  db: Db,
  workspaceUid: string,
  { uids, names }: { uids: readonly string[]; names: readonly string[] },
): Promise<Map<string, string[]>> => {
  const rows = await db
    .selectFrom('domain')
    .select(['uid', 'name', 'status'])
    .where('workspace_uid', '=', workspaceUid)
    .where(sql<boolean>`(uid = any(${uids}::uuid[]) or name = any(${names}::text[]))`)
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .execute();
  const meant = new Map<string, string[]>();
  for (const { uid, name, status } of rows) {
    meant.set(uid, [uid]);
    const so = meant.get(name);
    if (!so) meant.set(name, [uid]);
    else if (!isGone({ status: status as DomainStatus })) so.push(uid);
  }
  return meant;
};

/** In which workspace of the team each of these domains is; without those that it does not have now. */
export const workspacesOfDomains = async (
  db: Db,
  teamUid: string,
  uids: readonly string[],
): Promise<Map<string, string>> => {
  const rows = await db
    .selectFrom('domain')
    .select(['uid', 'workspace_uid', 'status'])
    .where('team_uid', '=', teamUid)
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .execute();
  const held = rows.filter(({ status }) => !isGone({ status: status as DomainStatus }));
  return new Map(held.map((row) => [row.uid, row.workspace_uid]));
};
