// Lists of domains, page by page.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import type { NewestFirstPage } from '../../http/newest-first.ts';
import { carriesTags, type TagFilter } from '../tags/index.ts';
import { domainCounts } from './counts.ts';
import { type Domain, goneStatuses } from './domain.ts';
import { domainFromRow } from './store.ts';

export type DomainFilter = {
  keyword?: string;
  keywords?: string[];
  status?: string[];
  tags?: TagFilter;
};

/** Newest first; with a keyword, and without a cursor, the exact name comes before everything else. */
export const domainPage = async (
  db: Db,
  workspaceUid: string,
  filter: DomainFilter,
  { limit, offset, after }: NewestFirstPage,
): Promise<{ domains: Domain[]; total: number }> => {
  const matching = filtered(db, workspaceUid, filter);
  const exact = filter.keyword?.toLowerCase() ?? null;
  const rows = await matching
    .selectAll()
    .$if(after !== null, (query) =>
      query.where((eb) => eb(eb.refTuple('created_at', 'uid'), '<', eb.tuple(after!.createdAt, after!.uid))),
    )
    .$if(exact !== null, (query) => query.orderBy(sql`name = ${exact}`, 'desc'))
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const narrowed = filter.keyword || filter.keywords?.length || filter.tags;
  const total = narrowed
    ? Number(
        (await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()).total,
      )
    : sumOf(await domainCounts(db, workspaceUid), filter.status);
  return { domains: rows.map(domainFromRow), total };
};

/** Active domains, newest first, but for those that are full. */
export const assignablePage = async (
  db: Db,
  workspaceUid: string,
  { full, tags }: { full: string[]; tags: TagFilter | undefined },
  { limit, offset }: { limit: number; offset: number },
): Promise<{ domains: Domain[]; total: number }> => {
  const matching = db
    .selectFrom('domain')
    .where('workspace_uid', '=', workspaceUid)
    .where('status', '=', 'active')
    .where('uid', '<>', sql<string>`all(${full}::uuid[])`)
    .$if(tags !== undefined, (query) => query.where(carriesTags('domain', workspaceUid, tags!)));
  const [rows, counted] = await Promise.all([
    matching
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('uid', 'desc')
      .limit(limit)
      .offset(offset)
      .execute(),
    matching.select((eb) => eb.fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { domains: rows.map(domainFromRow), total: Number(counted.total) };
};

const filtered = (db: Db, workspaceUid: string, filter: DomainFilter) => {
  const patterns = [filter.keyword, ...(filter.keywords ?? [])].filter((word) => word).map(likePattern);
  return db
    .selectFrom('domain')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.status !== undefined, (query) => query.where('status', 'in', filter.status!))
    .$if(patterns.length > 0, (query) =>
      query.where((eb) => eb.or(patterns.map((pattern) => eb('name', 'like', pattern)))),
    )
    .$if(filter.tags !== undefined, (query) =>
      query.where(carriesTags('domain', workspaceUid, filter.tags!)),
    );
};

const likePattern = (word: string | undefined): string =>
  `%${word!.toLowerCase().replace(/[\\%_]/g, (special) => `\\${special}`)}%`;

const sumOf = (counts: Record<string, number>, statuses?: string[]): number =>
  Object.entries(counts)
    .filter(([status]) => statuses === undefined || statuses.includes(status))
    .reduce((sum, [, count]) => sum + count, 0);

/** Domains of a workspace whose zone lies in an account at a DNS host, newest first. */
export const hostedPage = async (
  db: Db,
  workspaceUid: string,
  { mode, tags }: { mode: string; tags: TagFilter | undefined },
  { limit, offset }: { limit: number; offset: number },
): Promise<{ domains: Domain[]; total: number }> => {
  const matching = db
    .selectFrom('domain')
    .where('workspace_uid', '=', workspaceUid)
    .where('connection_mode', '=', mode)
    .where('status', 'not in', [...goneStatuses])
    .$if(tags !== undefined, (query) => query.where(carriesTags('domain', workspaceUid, tags!)));
  const [rows, counted] = await Promise.all([
    matching
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('uid', 'desc')
      .limit(limit)
      .offset(offset)
      .execute(),
    matching.select((eb) => eb.fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { domains: rows.map(domainFromRow), total: Number(counted.total) };
};
