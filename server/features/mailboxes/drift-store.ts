// Every statement on mailbox_drift and mailbox_reconciliation, and what a comparison reads of all mailboxes.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { MailboxDrift } from '../../../database/types.ts';
import { newId } from '../../../database/uuid.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { Difference, DriftKind } from './drift.ts';
import { addressFreeStatuses, type Mailbox } from './mailbox.ts';
import { mailboxColumns, mailboxFromRow } from './store.ts';

export type Drift = Difference & {
  uid: string;
  hostId: string;
  mailboxUid: string | null;
  address: string;
  repaired: boolean;
  foundAt: Date;
  seenAt: Date;
  resolvedAt: Date | null;
};

/** What a host has and is asked about again: `vendor` says which host. */
export type DriftFound = Drift & { vendor: string };

export type NewDrift = Difference & {
  vendor: string;
  hostId: string;
  mailboxUid: string | null;
  workspaceUid: string | null;
  address: string;
  repaired: boolean;
};

/** Writes a difference down; answers whether it was not known yet. */
export const driftSeen = async (tx: Tx, drift: NewDrift, now: Date): Promise<boolean> => {
  const row = await tx
    .insertInto('mailbox_drift')
    .values({
      uid: newId(),
      vendor: drift.vendor,
      host_id: drift.hostId,
      mailbox_uid: drift.mailboxUid,
      workspace_uid: drift.workspaceUid,
      address: drift.address,
      kind: drift.kind,
      expected: drift.expected,
      found: drift.found,
      repaired: drift.repaired,
      found_at: now,
      seen_at: now,
      resolved_at: drift.repaired ? now : null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['vendor', 'host_id', 'kind'])
        .where('resolved_at', 'is', null)
        .doUpdateSet({ seen_at: now, expected: drift.expected, found: drift.found }),
    )
    .returning(sql<boolean>`xmax = 0`.as('inserted'))
    .executeTakeFirstOrThrow();
  return row.inserted;
};

/**
 * Ends the differences at a host that a comparison which began at `began` did not see again; of passwords, those of the
 * mailboxes whose turn it was.
 */
export const driftResolve = async (
  tx: Tx,
  vendor: string,
  { began, passwordsOf }: { began: Date; passwordsOf: string[] },
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('mailbox_drift')
    .set({ resolved_at: now })
    .where('vendor', '=', vendor)
    .where('resolved_at', 'is', null)
    .where('seen_at', '<', began)
    .where((eb) =>
      eb.or([eb('kind', '!=', 'password'), sql<boolean>`mailbox_uid = any(${passwordsOf}::uuid[])`]),
    )
    .execute();
};

export const driftPage = async (
  db: Db,
  workspaceUid: string,
  filter: { resolved: boolean; kind?: DriftKind },
  { limit, offset }: { limit: number; offset: number },
): Promise<{ rows: Drift[]; total: number }> => {
  const matching = db
    .selectFrom('mailbox_drift')
    .where('workspace_uid', '=', workspaceUid)
    .where('resolved_at', filter.resolved ? 'is not' : 'is', null)
    .$if(filter.kind !== undefined, (query) => query.where('kind', '=', filter.kind!));
  const rows = await matching
    .selectAll()
    .orderBy('found_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  return {
    total: Number(total),
    rows: rows.map(driftFromRow),
  };
};

const driftFromRow = (row: Selectable<MailboxDrift>): DriftFound => ({
  uid: row.uid,
  vendor: row.vendor,
  hostId: row.host_id,
  mailboxUid: row.mailbox_uid,
  address: row.address,
  kind: row.kind as DriftKind,
  expected: row.expected,
  found: row.found,
  repaired: row.repaired,
  foundAt: row.found_at,
  seenAt: row.seen_at,
  resolvedAt: row.resolved_at,
});

export const driftByUid = async (
  db: Db,
  workspaceUid: string,
  uid: string,
): Promise<DriftFound | undefined> => {
  const row = await db
    .selectFrom('mailbox_drift')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row && driftFromRow(row);
};

/** Ends a difference that somebody saw to. */
export const driftEnd = async (tx: Tx, uid: string, now: Date): Promise<void> => {
  await tx
    .updateTable('mailbox_drift')
    .set({ resolved_at: now, repaired: true })
    .where('uid', '=', uid)
    .execute();
};

/** Takes the comparison of a host on; answers false when another process has begun one since `before`. */
export const reconciliationBegin = async (
  db: Db,
  vendor: string,
  before: Date,
  now: Date,
): Promise<boolean> => {
  const begun = await db
    .insertInto('mailbox_reconciliation')
    .values({ vendor, started_at: now })
    .onConflict((conflict) =>
      conflict
        .column('vendor')
        .doUpdateSet({ started_at: now })
        .where('mailbox_reconciliation.started_at', '<=', before),
    )
    .returning('vendor')
    .executeTakeFirst();
  return begun !== undefined;
};

/** On which platforms, in which workspaces, there are mailboxes that a host has. */
export const placesOfMailboxes = async (db: Db): Promise<{ platform: Platform; workspaceUid: string }[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(['platform', 'workspace_uid'])
    .distinct()
    .where('status', 'not in', [...addressFreeStatuses])
    .orderBy('workspace_uid')
    .execute();
  return rows.map((row) => ({ platform: row.platform as Platform, workspaceUid: row.workspace_uid }));
};

/** Mailboxes that their host has to have, in the order of their uids, a page at a time. */
export const hostedPage = async (db: Db, afterUid: string | null, limit: number): Promise<Mailbox[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where('status', 'not in', [...addressFreeStatuses])
    .$if(afterUid !== null, (query) => query.where('uid', '>', afterUid!))
    .orderBy('uid')
    .limit(limit)
    .execute();
  return rows.map(mailboxFromRow);
};

/** The addresses that mailboxes have beside their own now. */
export const aliasesInForce = async (db: Db, uids: string[], now: Date): Promise<Map<string, string[]>> => {
  const rows = await db
    .selectFrom('mailbox_alias')
    .select(['mailbox_uid', 'address'])
    .where(sql<boolean>`mailbox_uid = any(${uids}::uuid[])`)
    .where('ends_at', '>', now)
    .execute();
  const byMailbox = Map.groupBy(rows, (row) => row.mailbox_uid);
  return new Map([...byMailbox].map(([uid, own]) => [uid, own.map(({ address }) => address)]));
};
