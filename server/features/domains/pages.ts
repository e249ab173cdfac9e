// Lists of domains, page by page.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import {
  type NewestFirstPage,
  onNewestFirstPage,
  type Sort,
  type SortColumns,
  sortedBy,
} from '../../http/newest-first.ts';
import { carriesTags, type TagFilter } from '../tags/index.ts';
import { domainCounts } from './counts.ts';
import { type Domain, goneStatuses } from './domain.ts';
import { domainFromRow } from './store.ts';

export type DomainFilter = {
  keyword?: string;
  keywords?: string[];
  status?: string[];
  tags?: TagFilter;
  /** Only these. */
  uids?: readonly string[];
};

export const domainSorts = [
  'created_at',
  'name',
  'status',
  'nameserver_match_status',
  'renewal_date',
] as const;
type DomainSort = (typeof domainSorts)[number];

const sortColumns: SortColumns<DomainSort> = {
  created_at: sql`created_at`,
  name: sql`name`,
  status: sql`status`,
  nameserver_match_status: sql`nameserver_match_status`,
  renewal_date: sql`renewal_date`,
};

/**
 * Newest first, or as `sort` says. Where neither that nor a cursor is given, the name that fits a keyword exactly comes
 * before everything else.
 */
export const domainPage = async (
  db: Db,
  workspaceUid: string,
  filter: DomainFilter,
  { sort, ...page }: NewestFirstPage & { sort?: Sort<DomainSort> | undefined },
): Promise<{ domains: Domain[]; total: number }> => {
  const matching = filtered(db, workspaceUid, filter);
  const exact = filter.keyword?.toLowerCase() ?? null;
  const exactFirst = matching
    .selectAll()
    .$if(exact !== null, (query) => query.orderBy(sql`name = ${exact}`, 'desc'));
  const rows = await (sort
    ? sortedPage(db, matching, sort, page)
    : onNewestFirstPage(exactFirst, page)
  ).execute();
  const narrowed = filter.keyword || filter.keywords?.length || filter.tags || filter.uids;
  const total = narrowed
    ? await countOf(matching)
    : sumOf(await domainCounts(db, workspaceUid), filter.status);
  return { domains: rows.map(domainFromRow), total };
};

/** Only the uids are sorted with what they are sorted by: of 100,000 whole rows the sort would go by way of the disk. */
const sortedPage = (
  db: Db,
  matching: ReturnType<typeof filtered>,
  sort: Sort<DomainSort>,
  { limit, offset }: NewestFirstPage,
) => {
  const uids = sortedBy(matching.select('uid'), sortColumns, sort).limit(limit).offset(offset);
  return sortedBy(db.selectFrom('domain').selectAll().where('uid', 'in', uids), sortColumns, sort);
};

/** Active domains, newest first, but for those that are full. */
export const assignablePage = (
  db: Db,
  workspaceUid: string,
  { full, tags, uids }: { full: string[]; tags: TagFilter | undefined; uids: readonly string[] | undefined },
  page: NewestFirstPage,
): Promise<{ domains: Domain[]; total: number }> =>
  pageOf(
    filtered(db, workspaceUid, { status: ['active'], tags, uids }).where(
      'uid',
      '<>',
      sql<string>`all(${full}::uuid[])`,
    ),
    page,
  );

/** Domains of a workspace whose zone lies in an account at a DNS host, newest first. */
export const hostedPage = (
  db: Db,
  workspaceUid: string,
  { mode, tags }: { mode: string; tags: TagFilter | undefined },
  page: NewestFirstPage,
): Promise<{ domains: Domain[]; total: number }> =>
  pageOf(
    filtered(db, workspaceUid, { tags })
      .where('connection_mode', '=', mode)
      .where('status', 'not in', [...goneStatuses]),
    page,
  );

const pageOf = async (
  matching: ReturnType<typeof filtered>,
  page: NewestFirstPage,
): Promise<{ domains: Domain[]; total: number }> => {
  const [rows, total] = await Promise.all([
    onNewestFirstPage(matching.selectAll(), page).execute(),
    countOf(matching),
  ]);
  return { domains: rows.map(domainFromRow), total };
};

const countOf = async (matching: ReturnType<typeof filtered>): Promise<number> =>
  Number((await matching.select((eb) => eb.fn.countAll().as('total')).executeTakeFirstOrThrow()).total);

const filtered = (db: Db, workspaceUid: string, filter: DomainFilter) => {
  const patterns = [filter.keyword, ...(filter.keywords ?? [])].filter((word) => word).map(likePattern);
  return db
    .selectFrom('domain')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.uids !== undefined, (query) => query.where(sql<boolean>`uid = any(${filter.uids!}::uuid[])`))
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
