// Every statement on person_link.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { PersonLink } from '../../../database/types.ts';
import type { Role } from '../../http/roles.ts';
import type { Link } from './link.ts';

const fromRow = (row: Selectable<PersonLink>): Link => {
  const common = {
    uid: row.uid,
    teamUid: row.team_uid,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
  if (row.kind === 'reset') {
    return { ...common, kind: 'reset', personUid: row.person_uid!, removesFactors: row.removes_factors };
  }
  if (row.kind === 'address') {
    return { ...common, kind: 'address', personUid: row.person_uid!, email: row.email! };
  }
  const role = row.role as Role;
  if (row.kind === 'set_up') return { ...common, kind: 'set_up', role };
  return { ...common, kind: 'invitation', email: row.email!, role, workspaceUids: row.workspace_uids };
};

export const linkInsert = async (tx: Tx, link: Link, tokenSha256: Buffer): Promise<void> => {
  await tx
    .insertInto('person_link')
    .values({
      uid: link.uid,
      kind: link.kind,
      team_uid: link.teamUid,
      token_sha256: tokenSha256,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
      ...('personUid' in link && { person_uid: link.personUid }),
      ...('role' in link && { role: link.role }),
      ...('email' in link && { email: link.email }),
      ...(link.kind === 'reset' && { removes_factors: link.removesFactors }),
      ...(link.kind === 'invitation' && { workspace_uids: link.workspaceUids }),
    })
    .execute();
};

const open = (db: Db, now: Date) =>
  db.selectFrom('person_link').selectAll().where('ended_at', 'is', null).where('expires_at', '>', now);

export const linkByToken = async (db: Db, tokenSha256: Buffer, now: Date): Promise<Link | null> => {
  const row = await open(db, now).where('token_sha256', '=', tokenSha256).executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** The link, if it is still good, locked: it is used once. */
export const linkLock = async (tx: Tx, uid: string, now: Date): Promise<Link | null> => {
  const row = await open(tx, now).where('uid', '=', uid).forUpdate().executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const linkEnd = async (tx: Tx, uid: string, now: Date): Promise<void> => {
  await tx.updateTable('person_link').set({ ended_at: now }).where('uid', '=', uid).execute();
};

export type Invitation = Extract<Link, { kind: 'invitation' }>;

/** Ends the invitation of this address that is there; answers its uid, if there was one. */
export const invitationEnd = async (
  tx: Tx,
  teamUid: string,
  email: string,
  now: Date,
): Promise<string | null> => {
  const row = await tx
    .updateTable('person_link')
    .set({ ended_at: now })
    .where('kind', '=', 'invitation')
    .where('team_uid', '=', teamUid)
    .where('email', '=', email)
    .where('ended_at', 'is', null)
    .returning('uid')
    .executeTakeFirst();
  return row?.uid ?? null;
};

export const invitationByUid = async (db: Db, teamUid: string, uid: string): Promise<Invitation | null> => {
  const row = await db
    .selectFrom('person_link')
    .selectAll()
    .where('uid', '=', uid)
    .where('kind', '=', 'invitation')
    .where('team_uid', '=', teamUid)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row ? (fromRow(row) as Invitation) : null;
};

/** Those that nobody has followed yet, newest first; those that expired among them, until they are forgotten. */
export const invitationList = async (db: Db, teamUid: string, limit: number): Promise<Invitation[]> => {
  const rows = await db
    .selectFrom('person_link')
    .selectAll()
    .where('kind', '=', 'invitation')
    .where('team_uid', '=', teamUid)
    .where('ended_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => fromRow(row) as Invitation);
};

/** Those for a new password and for a new address. */
export const linksOfPersonEnd = async (tx: Tx, personUid: string, now: Date): Promise<void> => {
  await tx
    .updateTable('person_link')
    .set({ ended_at: now })
    .where('person_uid', '=', personUid)
    .where('ended_at', 'is', null)
    .execute();
};

/** Whoever asks for another address again means the last one. */
export const addressLinksEnd = async (tx: Tx, personUid: string, now: Date): Promise<void> => {
  await tx
    .updateTable('person_link')
    .set({ ended_at: now })
    .where('kind', '=', 'address')
    .where('person_uid', '=', personUid)
    .where('ended_at', 'is', null)
    .execute();
};

/** Forgets links that were over before. @returns how many */
export const linksForget = async (db: Db, before: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('person_link')
    .where('expires_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
