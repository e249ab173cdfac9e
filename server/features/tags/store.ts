// Every statement on tag, domain_tag and mailbox_tag.
import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import { type Db, type Tx, violatedUnique } from '../../../database/database.ts';
import type { Tag as TagTable } from '../../../database/types.ts';
import type { Tag, TagCounts, TaggableKind } from './tag.ts';

const fromRow = (row: Selectable<TagTable>): Tag => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  name: row.name,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const tables = { domain: 'domain_tag', mailbox: 'mailbox_tag' } as const;
const columns = { domain: 'domain_uid', mailbox: 'mailbox_uid' } as const;
const linksOf = (kind: TaggableKind) => ({ table: sql.table(tables[kind]), thing: sql.ref(columns[kind]) });

/** By name. */
export const tagList = async (db: Db, workspaceUid: string): Promise<Tag[]> => {
  const rows = await db
    .selectFrom('tag')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .orderBy(sql`lower(name)`)
    .execute();
  return rows.map(fromRow);
};

export const tagByName = async (db: Db, workspaceUid: string, name: string): Promise<Tag | null> => {
  const row = await db
    .selectFrom('tag')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where(sql`lower(name)`, '=', sql`lower(${name})`)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const tagTotal = async (db: Db, workspaceUid: string): Promise<number> => {
  const row = await db
    .selectFrom('tag')
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .where('workspace_uid', '=', workspaceUid)
    .executeTakeFirstOrThrow();
  return Number(row.total);
};

/** Answers false when the workspace has a tag of this name. */
export const tagInsert = async (tx: Tx, tag: Tag): Promise<boolean> => {
  const inserted = await tx
    .insertInto('tag')
    .values({
      uid: tag.uid,
      team_uid: tag.teamUid,
      workspace_uid: tag.workspaceUid,
      name: tag.name,
      created_at: tag.createdAt,
      updated_at: tag.updatedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('uid')
    .executeTakeFirst();
  return inserted !== undefined;
};

/** The tag, locked until the transaction ends: nothing is tagged with it meanwhile. */
export const tagLock = async (tx: Tx, workspaceUid: string, uid: string): Promise<Tag | null> => {
  const row = await tx
    .selectFrom('tag')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Those of the workspace among `uids`; none of them is renamed or deleted until the transaction ends. */
export const tagsHold = async (tx: Tx, workspaceUid: string, uids: readonly string[]): Promise<Tag[]> => {
  const rows = await tx
    .selectFrom('tag')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', 'in', uids)
    .orderBy('uid')
    .forShare()
    .execute();
  return rows.map(fromRow);
};

/**
 * Answers false when another tag of the workspace has the name: the index alone knows what counts as the same letter.
 * The transaction can then only be rolled back.
 */
export const tagRename = async (tx: Tx, { uid, name, updatedAt }: Tag): Promise<boolean> => {
  try {
    await tx.updateTable('tag').set({ name, updated_at: updatedAt }).where('uid', '=', uid).execute();
    return true;
  } catch (error) {
    if (violatedUnique(error) === 'tag_name') return false;
    throw error;
  }
};

/** Takes it off everything that carries it. */
export const tagDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('tag').where('uid', '=', uid).execute();
};

/** How many things carry each tag; nothing for one that is on none. */
export const tagCounts = async (db: Db, uids: readonly string[]): Promise<Map<string, TagCounts>> => {
  const counts = new Map<string, TagCounts>();
  for (const kind of ['domain', 'mailbox'] as const) {
    const { table } = linksOf(kind);
    const { rows } = await sql<{ tag_uid: string; total: string }>`
      select tag_uid, count(*) as total from ${table} where tag_uid = any(${[...uids]}::uuid[]) group by tag_uid
    `.execute(db);
    for (const { tag_uid, total } of rows) {
      const count = counts.get(tag_uid) ?? { domains: 0, mailboxes: 0 };
      counts.set(tag_uid, { ...count, [kind === 'domain' ? 'domains' : 'mailboxes']: Number(total) });
    }
  }
  return counts;
};

type Link = { thingUid: string; tagUid: string };

/** Puts every tag on every thing; answers which pairs are new. */
export const linkInsert = (
  tx: Tx,
  kind: TaggableKind,
  thingUids: readonly string[],
  tagUids: readonly string[],
): Promise<Link[]> => {
  const { table, thing } = linksOf(kind);
  return pairs(
    tx,
    sql`
      insert into ${table} (${thing}, tag_uid)
      select thing, tag from unnest(${[...thingUids]}::uuid[]) thing, unnest(${[...tagUids]}::uuid[]) tag
      on conflict do nothing
      returning ${thing} as thing_uid, tag_uid`,
  );
};

/** Takes every tag off every thing; answers which pairs there were. */
export const linkDelete = (
  tx: Tx,
  kind: TaggableKind,
  thingUids: readonly string[],
  tagUids: readonly string[],
): Promise<Link[]> => {
  const { table, thing } = linksOf(kind);
  return pairs(
    tx,
    sql`
      delete from ${table}
      where ${thing} = any(${[...thingUids]}::uuid[]) and tag_uid = any(${[...tagUids]}::uuid[])
      returning ${thing} as thing_uid, tag_uid`,
  );
};

/** How many tags each thing that carries any would carry with these. */
export const linkTotals = async (
  tx: Tx,
  kind: TaggableKind,
  thingUids: readonly string[],
  withTags: readonly string[],
): Promise<Map<string, number>> => {
  const { table, thing } = linksOf(kind);
  const { rows } = await sql<{ thing_uid: string; others: string }>`
    select ${thing} as thing_uid, count(*) filter (where tag_uid <> all(${[...withTags]}::uuid[])) as others
    from ${table} where ${thing} = any(${[...thingUids]}::uuid[]) group by ${thing}
  `.execute(tx);
  return new Map(rows.map(({ thing_uid, others }) => [thing_uid, Number(others) + withTags.length]));
};

const pairs = async (tx: Tx, statement: RawBuilder<unknown>): Promise<Link[]> => {
  const { rows } = await (statement as RawBuilder<{ thing_uid: string; tag_uid: string }>).execute(tx);
  return rows.map((row) => ({ thingUid: row.thing_uid, tagUid: row.tag_uid }));
};

/** The names of each thing's tags, by name; nothing for a thing without. */
export const tagNames = async (
  db: Db,
  kind: TaggableKind,
  thingUids: readonly string[],
): Promise<Map<string, string[]>> => {
  if (thingUids.length === 0) return new Map();
  const { table, thing } = linksOf(kind);
  const { rows } = await sql<{ thing_uid: string; names: string[] }>`
    select ${thing} as thing_uid, array_agg(tag.name order by lower(tag.name)) as names
    from ${table} join tag on tag.uid = tag_uid
    where ${thing} = any(${[...thingUids]}::uuid[])
    group by ${thing}
  `.execute(db);
  return new Map(rows.map(({ thing_uid, names }) => [thing_uid, names]));
};

export type TagFilter = {
  /** Upper and lower case count as the same. */
  names: readonly string[];
  uids: readonly string[];
  /** Whether a thing has to carry all of them, or any. */
  match: 'any' | 'all';
};

/** Takes every tag off a thing, whose owner changes. */
export const takeTagsOff = async (tx: Tx, kind: TaggableKind, uid: string): Promise<void> => {
  const { table, thing } = linksOf(kind);
  await sql`delete from ${table} where ${thing} = ${uid}`.execute(tx);
};

/** Whether the row of the table `domain` or `mailbox` carries the tags, which are the workspace's. */
export const carriesTags = (
  kind: TaggableKind,
  workspaceUid: string,
  { names, uids, match }: TagFilter,
): RawBuilder<SqlBool> => {
  const carries = (someNames: readonly string[], someUids: readonly string[]) => {
    const { table, thing } = linksOf(kind);
    return sql<SqlBool>`exists (
      select from ${table} join tag on tag.uid = tag_uid
      where ${thing} = ${sql.ref(`${kind}.uid`)} and tag.workspace_uid = ${workspaceUid} and (
        lower(tag.name) in (select lower(name) from unnest(${[...someNames]}::text[]) name)
        or tag.uid = any(${[...someUids]}::uuid[])))`;
  };
  if (match === 'any') return carries(names, uids);
  const each = [...names.map((name) => carries([name], [])), ...uids.map((uid) => carries([], [uid]))];
  return sql<SqlBool>`(${sql.join(each, sql` and `)})`;
};
