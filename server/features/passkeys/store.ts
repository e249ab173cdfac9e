// Every statement on passkey and passkey_challenge.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Passkey as PasskeyTable } from '../../../database/types.ts';

export type Passkey = {
  uid: string;
  personUid: string;
  name: string;
  /** Base64url. */
  credentialId: string;
  /** COSE (RFC 9052 §7). */
  publicKey: Buffer;
  signCount: number;
  transports: string[];
  /** Kept by a provider, on more than one device. */
  backedUp: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
};

const fromRow = (row: Selectable<PasskeyTable>): Passkey => ({
  uid: row.uid,
  personUid: row.person_uid,
  name: row.name,
  credentialId: row.credential_id,
  publicKey: row.public_key,
  signCount: row.sign_count,
  transports: row.transports,
  backedUp: row.backed_up,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});

/** Answers false when the authenticator's key is known already. */
export const passkeyInsert = async (tx: Tx, passkey: Passkey): Promise<boolean> => {
  const row = await tx
    .insertInto('passkey')
    .values({
      uid: passkey.uid,
      person_uid: passkey.personUid,
      name: passkey.name,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      transports: passkey.transports,
      backed_up: passkey.backedUp,
      created_at: passkey.createdAt,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const passkeyByCredential = async (db: Db, credentialId: string): Promise<Passkey | null> => {
  const row = await db
    .selectFrom('passkey')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const passkeysOfPerson = async (db: Db, personUid: string): Promise<Passkey[]> => {
  const rows = await db
    .selectFrom('passkey')
    .selectAll()
    .where('person_uid', '=', personUid)
    .orderBy('created_at')
    .orderBy('uid')
    .execute();
  return rows.map(fromRow);
};

/** How many each of these people has. */
export const passkeyCounts = async (db: Db, personUids: readonly string[]): Promise<Map<string, number>> => {
  if (personUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('passkey')
    .select('person_uid')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('person_uid', 'in', [...personUids])
    .groupBy('person_uid')
    .execute();
  return new Map(rows.map(({ person_uid, count }) => [person_uid, count]));
};

export const passkeyUsed = async (tx: Tx, uid: string, signCount: number, now: Date): Promise<void> => {
  await tx
    .updateTable('passkey')
    .set({ sign_count: signCount, last_used_at: now })
    .where('uid', '=', uid)
    .execute();
};

/** Answers its name, if it was there. */
export const passkeyDelete = async (tx: Tx, personUid: string, uid: string): Promise<string | null> => {
  const row = await tx
    .deleteFrom('passkey')
    .where('person_uid', '=', personUid)
    .where('uid', '=', uid)
    .returning('name')
    .executeTakeFirst();
  return row?.name ?? null;
};

export const passkeysDelete = async (tx: Tx, personUid: string): Promise<number> => {
  const { numDeletedRows } = await tx
    .deleteFrom('passkey')
    .where('person_uid', '=', personUid)
    .executeTakeFirst();
  return Number(numDeletedRows);
};

export const challengeInsert = async (
  db: Db,
  made: { uid: string; personUid: string | null; challenge: string; expiresAt: Date },
): Promise<void> => {
  await db
    .insertInto('passkey_challenge')
    .values({
      uid: made.uid,
      person_uid: made.personUid,
      challenge: made.challenge,
      expires_at: made.expiresAt,
    })
    .execute();
};

/** Takes the challenge away: it is answered once. Null when it is none, another's, or too old. */
export const challengeTake = async (
  db: Db,
  { uid, personUid, now }: { uid: string; personUid: string | null; now: Date },
): Promise<string | null> => {
  const row = await db
    .deleteFrom('passkey_challenge')
    .where('uid', '=', uid)
    .where('person_uid', 'is not distinct from', personUid)
    .where('expires_at', '>', now)
    .returning('challenge')
    .executeTakeFirst();
  return row?.challenge ?? null;
};

/** @returns how many */
export const challengesForget = async (db: Db, now: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('passkey_challenge')
    .where('expires_at', '<=', now)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
