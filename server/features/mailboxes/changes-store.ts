// Every statement on mailbox_change and mailbox_alias.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { MailboxChange as ChangeTable } from '../../../database/types.ts';
import type { Alias, Change, ChangeKind, ChangeStatus } from './change.ts';
import { addressFreeStatuses } from './mailbox.ts';

const fromRow = (row: Selectable<ChangeTable>): Change =>
  ({
    uid: row.uid,
    mailboxUid: row.mailbox_uid,
    workspaceUid: row.workspace_uid,
    kind: row.kind,
    before: row.before,
    after: row.after,
    status: row.status,
    reason: row.reason,
    requestedAt: row.requested_at,
    finishedAt: row.finished_at,
  }) as Change;

/** False when the mailbox has an open change of this kind. */
export const changeInsert = async (tx: Tx, change: Change): Promise<boolean> => {
  const row = await tx
    .insertInto('mailbox_change')
    .values({
      uid: change.uid,
      mailbox_uid: change.mailboxUid,
      workspace_uid: change.workspaceUid,
      kind: change.kind,
      before: JSON.stringify(change.before),
      after: JSON.stringify(change.after),
      status: change.status,
      requested_at: change.requestedAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['mailbox_uid', 'kind']).where('status', 'in', ['queued', 'pending']).doNothing(),
    )
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const changeByUid = async (db: Db, uid: string): Promise<Change | null> => {
  const row = await db.selectFrom('mailbox_change').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const changeUpdate = async (
  tx: Tx,
  uid: string,
  change: { status: ChangeStatus; reason?: string | null; finishedAt?: Date },
): Promise<void> => {
  await tx
    .updateTable('mailbox_change')
    .set({ status: change.status, reason: change.reason, finished_at: change.finishedAt })
    .where('uid', '=', uid)
    .execute();
};

/** Whether the mailbox has a change under way. */
export const hasOpenChange = async (db: Db, mailboxUid: string): Promise<boolean> => {
  const row = await db
    .selectFrom('mailbox_change')
    .select('uid')
    .where('mailbox_uid', '=', mailboxUid)
    .where('status', 'in', ['queued', 'pending'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};

/** The last change of each mailbox that has none open and whose last one failed. */
export const lastFailure = async (db: Db, mailboxUid: string): Promise<Change | null> => {
  const row = await db
    .selectFrom('mailbox_change')
    .selectAll()
    .where('mailbox_uid', '=', mailboxUid)
    .orderBy('requested_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.status === 'failed' ? fromRow(row) : null;
};

/** Changes of a kind, the latest first; of these mailboxes when some are named. */
export const changePage = async (
  db: Db,
  workspaceUid: string,
  which: { kind: ChangeKind; mailboxUids?: string[] },
  { limit, offset }: { limit: number; offset: number },
): Promise<{ changes: Change[]; total: number }> => {
  const matching = db
    .selectFrom('mailbox_change')
    .where('workspace_uid', '=', workspaceUid)
    .where('kind', '=', which.kind)
    .$if(which.mailboxUids !== undefined, (query) => query.where('mailbox_uid', 'in', which.mailboxUids!));
  const rows = await matching
    .selectAll()
    .orderBy('requested_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  return { changes: rows.map(fromRow), total: Number(total) };
};

/** The addresses a mailbox had, the first to end first; those that have ended may still be there for a moment. */
export const aliasesOf = async (db: Db, mailboxUid: string): Promise<Alias[]> => {
  const rows = await db
    .selectFrom('mailbox_alias')
    .select(['address', 'ends_at'])
    .where('mailbox_uid', '=', mailboxUid)
    .orderBy('ends_at')
    .orderBy('address')
    .execute();
  return rows.map((row) => ({ address: row.address, endsAt: row.ends_at.toISOString() }));
};

/** Gives the mailbox exactly these. */
export const aliasesSet = async (tx: Tx, mailboxUid: string, aliases: Alias[], now: Date): Promise<void> => {
  await tx.deleteFrom('mailbox_alias').where('mailbox_uid', '=', mailboxUid).execute();
  if (aliases.length === 0) return;
  const rows = aliases.map(({ address, endsAt }) => ({
    address,
    mailbox_uid: mailboxUid,
    ends_at: new Date(endsAt),
    created_at: now,
  }));
  // A row of a mailbox that is gone may be in the way; its time had not come yet.
  await tx
    .insertInto('mailbox_alias')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('address').doUpdateSet((eb) => ({
        mailbox_uid: eb.ref('excluded.mailbox_uid'),
        ends_at: eb.ref('excluded.ends_at'),
        created_at: eb.ref('excluded.created_at'),
      })),
    )
    .execute();
};

/** Which of these addresses are aliases of mailboxes that keep theirs, and whose. */
export const aliasHolders = async (db: Db, addresses: string[]): Promise<Map<string, string>> => {
  if (addresses.length === 0) return new Map();
  const rows = await db
    .selectFrom('mailbox_alias as a')
    .innerJoin('mailbox as m', 'm.uid', 'a.mailbox_uid')
    .select(['a.address', 'a.mailbox_uid'])
    .where('a.address', 'in', addresses)
    .where('m.status', 'not in', [...addressFreeStatuses])
    .execute();
  return new Map(rows.map((row) => [row.address, row.mailbox_uid]));
};

/** True when the alias was there and had to end; one that was renewed meanwhile goes on. */
export const aliasDelete = async (tx: Tx, mailboxUid: string, alias: Alias): Promise<boolean> => {
  const row = await tx
    .deleteFrom('mailbox_alias')
    .where('mailbox_uid', '=', mailboxUid)
    .where('address', '=', alias.address)
    .where('ends_at', '<=', new Date(alias.endsAt))
    .returning('address')
    .executeTakeFirst();
  return row !== undefined;
};
