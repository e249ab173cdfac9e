// Included seats: charges of 0 that a plan pays for, each taken until it is freed.
import type { Db, Tx } from '../../../database/database.ts';
import type { ChargeSubject } from './charge.ts';

/** The charges that hold a seat of the team now. */
const holding = (db: Db, teamUid: string) =>
  db
    .selectFrom('charge')
    .where('team_uid', '=', teamUid)
    .where('paid_with', '=', 'included_seat')
    .where('status', 'in', ['reserved', 'captured'])
    .where('seat_freed_at', 'is', null);

export const seatsUsed = async (db: Db, teamUid: string): Promise<number> => {
  const row = await holding(db, teamUid)
    .select((eb) => eb.fn.countAll<number>().as('used'))
    .executeTakeFirstOrThrow();
  return Number(row.used);
};

/** The things that hold a seat of the team. */
export const heldSeats = async (db: Db, teamUid: string): Promise<ChargeSubject[]> => {
  const rows = await holding(db, teamUid).select(['subject_type', 'subject_uid']).execute();
  return rows.map((row) => ({ type: row.subject_type as ChargeSubject['type'], uid: row.subject_uid }));
};

/** Gives back the seats that were taken for these things; their charges stay. Doing it again changes nothing. */
export const freeSeats = async (tx: Tx, subjects: readonly ChargeSubject[], now: Date): Promise<void> => {
  for (const { type, uid } of subjects) {
    await tx
      .updateTable('charge')
      .set({ seat_freed_at: now, updated_at: now })
      .where('subject_type', '=', type)
      .where('subject_uid', '=', uid)
      .where('paid_with', '=', 'included_seat')
      .where('seat_freed_at', 'is', null)
      .execute();
  }
};
