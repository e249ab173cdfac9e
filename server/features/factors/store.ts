// Every statement on totp_factor and recovery_code.
import type { Db, Tx } from '../../../database/database.ts';

export type TotpFactor = { secretSealed: string; createdAt: Date; confirmedAt: Date | null };

export const totpByPerson = async (db: Db, personUid: string): Promise<TotpFactor | null> => {
  const row = await db
    .selectFrom('totp_factor')
    .select(['secret_sealed as secretSealed', 'created_at as createdAt', 'confirmed_at as confirmedAt'])
    .where('person_uid', '=', personUid)
    .executeTakeFirst();
  return row ?? null;
};

/** In place of one that was never confirmed. Answers false when there is one that was. */
export const totpInsert = async (
  tx: Tx,
  { personUid, secretSealed, now }: { personUid: string; secretSealed: string; now: Date },
): Promise<boolean> => {
  const row = await tx
    .insertInto('totp_factor')
    .values({ person_uid: personUid, secret_sealed: secretSealed, created_at: now })
    .onConflict((conflict) =>
      conflict
        .column('person_uid')
        .doUpdateSet({ secret_sealed: secretSealed, created_at: now, last_step: 0 })
        .where('totp_factor.confirmed_at', 'is', null),
    )
    .returning('person_uid')
    .executeTakeFirst();
  return row !== undefined;
};

/** Uses up a step, and all before it; answers false when it was used already. */
export const totpUseStep = async (tx: Tx, personUid: string, step: number): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('totp_factor')
    .set({ last_step: step })
    .where('person_uid', '=', personUid)
    .where('last_step', '<', step)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const totpConfirm = async (tx: Tx, personUid: string, now: Date): Promise<void> => {
  await tx
    .updateTable('totp_factor')
    .set({ confirmed_at: now })
    .where('person_uid', '=', personUid)
    .execute();
};

/** With its recovery codes. Answers whether there was one. */
export const totpDelete = async (tx: Tx, personUid: string): Promise<boolean> => {
  await tx.deleteFrom('recovery_code').where('person_uid', '=', personUid).execute();
  const { numDeletedRows } = await tx
    .deleteFrom('totp_factor')
    .where('person_uid', '=', personUid)
    .executeTakeFirst();
  return numDeletedRows > 0n;
};

/** Which of these people sign in with codes. */
export const peopleWithTotp = async (db: Db, personUids: readonly string[]): Promise<Set<string>> => {
  if (personUids.length === 0) return new Set();
  const rows = await db
    .selectFrom('totp_factor')
    .select('person_uid')
    .where('person_uid', 'in', [...personUids])
    .where('confirmed_at', 'is not', null)
    .execute();
  return new Set(rows.map(({ person_uid }) => person_uid));
};

/** In place of those there were. */
export const recoveryCodesReplace = async (tx: Tx, personUid: string, hashes: Buffer[]): Promise<void> => {
  await tx.deleteFrom('recovery_code').where('person_uid', '=', personUid).execute();
  await tx
    .insertInto('recovery_code')
    .values(hashes.map((code_sha256) => ({ person_uid: personUid, code_sha256 })))
    .execute();
};

/** Answers whether it was one that is good. */
export const recoveryCodeUse = async (
  tx: Tx,
  personUid: string,
  hash: Buffer,
  now: Date,
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('recovery_code')
    .set({ used_at: now })
    .where('person_uid', '=', personUid)
    .where('code_sha256', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const recoveryCodesLeft = async (db: Db, personUid: string): Promise<number> => {
  const { count } = await db
    .selectFrom('recovery_code')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('person_uid', '=', personUid)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
};
