// The statements behind the list of mailboxes.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import {
  type NewestFirstPage,
  onNewestFirstPage,
  type Sort,
  type SortColumns,
  sortedBy,
} from '../../http/newest-first.ts';
import { carriesTags, type TagFilter } from '../tags/index.ts';
import { mailboxCounts } from './counts.ts';
import { goneStatuses, type Mailbox } from './mailbox.ts';
import { mailboxColumns, mailboxFromRow, ofWorkspace } from './store.ts';

export type MailboxFilter = {
  /** The exact address. */
  email?: string | undefined;
  keyword?: string | undefined;
  domain?: string | undefined;
  domainUid?: string | undefined;
  /** Only mailboxes of these domains. */
  domainUids?: readonly string[] | undefined;
  status?: string[] | undefined;
  platform?: Platform | undefined;
  tags?: TagFilter | undefined;
  /** Those that were handed to it. */
  sequencerUid?: string | undefined;
};

export const mailboxSorts = [
  'created_at',
  'email',
  'status',
  'first_name',
  'platform',
  'renewal_date',
] as const;
type MailboxSort = (typeof mailboxSorts)[number];

const sortColumns: SortColumns<MailboxSort> = {
  created_at: sql`created_at`,
  email: sql`address`,
  status: sql`status`,
  first_name: sql`first_name`,
  platform: sql`platform`,
  // As rows show it: what ends, or has ended, is never renewed.
  renewal_date: sql`case when status = any(${sql.val([...goneStatuses])}::text[]) or cancellation_status = 'pending'
    then null else renewal_date end`,
};

/**
 * Newest first, or as `sort` says. With a keyword and no `sort` the exact address comes before everything else, and
 * there is no cursor.
 */
export const mailboxPage = async (
  db: Db,
  workspaceUid: string,
  filter: MailboxFilter,
  { sort, ...page }: NewestFirstPage & { sort?: Sort<MailboxSort> | undefined },
): Promise<{ mailboxes: Mailbox[]; total: number }> => {
  const matching = filtered(db, workspaceUid, filter);
  const exact = filter.keyword?.toLowerCase() ?? null;
  const exactFirst = matching
    .select(mailboxColumns)
    .$if(exact !== null, (query) => query.orderBy(sql`address = ${exact}`, 'desc'));
  const rows = await (sort
    ? sortedPage(db, matching, sort, page)
    : onNewestFirstPage(exactFirst, page)
  ).execute();
  const narrowed =
    filter.email ||
    filter.keyword ||
    filter.domain ||
    filter.domainUid ||
    filter.domainUids ||
    filter.tags ||
    filter.sequencerUid;
  const total = narrowed
    ? Number(
        (await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()).total,
      )
    : (await mailboxCounts(db, workspaceUid))
        .filter((row) => !filter.status || filter.status.includes(row.status))
        .filter((row) => !filter.platform || filter.platform === row.platform)
        .reduce((sum, row) => sum + row.count, 0);
  return { mailboxes: rows.map(mailboxFromRow), total };
};

/** Only the uids are sorted with what they are sorted by: of 100,000 whole rows the sort would go by way of the disk. */
const sortedPage = (
  db: Db,
  matching: ReturnType<typeof filtered>,
  sort: Sort<MailboxSort>,
  { limit, offset }: NewestFirstPage,
) => {
  const uids = sortedBy(matching.select('uid'), sortColumns, sort).limit(limit).offset(offset);
  const rows = db.selectFrom('mailbox').select(mailboxColumns).where('uid', 'in', uids);
  return sortedBy(rows, sortColumns, sort);
};

/** How many mailboxes of these domains are in each status. */
export const mailboxCountsOfDomains = async (
  db: Db,
  workspaceUid: string,
  domainUids: readonly string[],
): Promise<{ status: string; count: number }[]> => {
  const rows = await filtered(db, workspaceUid, { domainUids })
    .select((eb) => ['status', eb.fn.countAll<string>().as('count')])
    .groupBy('status')
    .execute();
  return rows.map(({ status, count }) => ({ status, count: Number(count) }));
};

const filtered = (db: Db, workspaceUid: string, filter: MailboxFilter) =>
  ofWorkspace(db, workspaceUid)
    .$if(filter.email !== undefined, (query) => query.where('address', '=', filter.email!))
    .$if(filter.domain !== undefined, (query) => query.where('domain_name', '=', filter.domain!))
    .$if(filter.domainUid !== undefined, (query) => query.where('domain_uid', '=', filter.domainUid!))
    .$if(filter.domainUids !== undefined, (query) =>
      query.where(sql<boolean>`domain_uid = any(${filter.domainUids!}::uuid[])`),
    )
    .$if(filter.status !== undefined, (query) => query.where('status', 'in', filter.status!))
    .$if(filter.platform !== undefined, (query) => query.where('platform', '=', filter.platform!))
    .$if(filter.sequencerUid !== undefined, (query) =>
      query.where(
        sql<boolean>`sequencer_uids <> '{}' and sequencer_uids @> ${[filter.sequencerUid!]}::uuid[]`,
      ),
    )
    .$if(filter.tags !== undefined, (query) =>
      query.where(carriesTags('mailbox', workspaceUid, filter.tags!)),
    )
    .$if(filter.keyword !== undefined, (query) =>
      query.where('search', 'like', `%${filter.keyword!.toLowerCase().replace(/[\\%_]/g, (c) => `\\${c}`)}%`),
    );

/** Newest first, those that come after a mailbox; without one, from the first on. */
export const mailboxesFrom = async (
  db: Db,
  workspaceUid: string,
  filter: MailboxFilter,
  after: Pick<Mailbox, 'createdAt' | 'uid'> | null,
  limit: number,
): Promise<Mailbox[]> => {
  const rows = await filtered(db, workspaceUid, filter)
    .select(mailboxColumns)
    .$if(after !== null, (query) =>
      query.where((eb) => eb(eb.refTuple('created_at', 'uid'), '<', eb.tuple(after!.createdAt, after!.uid))),
    )
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .execute();
  return rows.map(mailboxFromRow);
};

/** Locked until the transaction ends, in one order everywhere, for whoever is about to say where they are used. */
export const mailboxUseLock = async (tx: Tx, uids: readonly string[]): Promise<void> => {
  await tx
    .selectFrom('mailbox')
    .select('uid')
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .orderBy('uid')
    .forNoKeyUpdate()
    .execute();
};

/** Where mailboxes are used by sequencers, for lists to show and to be narrowed by. It is no change of the mailbox. */
export const mailboxUseSet = async (
  tx: Tx,
  uses: readonly { uid: string; sequencerUids: readonly string[]; status: Mailbox['sequencerStatus'] }[],
): Promise<void> => {
  await sql`
    update mailbox set sequencer_uids = use.sequencer_uids, sequencer_status = use.status
    from (
      select (one ->> 'uid')::uuid as uid, one ->> 'status' as status,
        array(select jsonb_array_elements_text(one -> 'sequencerUids'))::uuid[] as sequencer_uids
      from jsonb_array_elements(${JSON.stringify(uses)}::jsonb) as one
    ) as use
    where mailbox.uid = use.uid
      and (mailbox.sequencer_uids, mailbox.sequencer_status) is distinct from (use.sequencer_uids, use.status)
  `.execute(tx);
};
