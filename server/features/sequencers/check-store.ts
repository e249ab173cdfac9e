// Every statement on sequencer_check.
import type { Db, Tx } from '../../../database/database.ts';

export type SequencerCheck = {
  uid: string;
  sequencerUid: string;
  beganAt: Date;
  endedAt: Date;
  /** Mailboxes of ours that the target was to have, and of them those that it signs in to. */
  expected: number;
  connected: number;
  missing: number;
  disconnected: number;
  /** How many were begun anew. */
  repairs: number;
  error: string | null;
};

export const checkInsert = async (tx: Tx, check: SequencerCheck): Promise<void> => {
  await tx
    .insertInto('sequencer_check')
    .values({
      uid: check.uid,
      sequencer_uid: check.sequencerUid,
      began_at: check.beganAt,
      ended_at: check.endedAt,
      expected: check.expected,
      connected: check.connected,
      missing: check.missing,
      disconnected: check.disconnected,
      repairs: check.repairs,
      error: check.error,
    })
    .execute();
};

export const checkPage = async (
  db: Db,
  sequencerUid: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ checks: SequencerCheck[]; total: number }> => {
  const matching = db.selectFrom('sequencer_check').where('sequencer_uid', '=', sequencerUid);
  const checks = await matching
    .select([
      'uid',
      'sequencer_uid as sequencerUid',
      'began_at as beganAt',
      'ended_at as endedAt',
      'expected',
      'connected',
      'missing',
      'disconnected',
      'repairs',
      'error',
    ])
    .orderBy('began_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { checks, total: Number(total) };
};

export const checksForget = async (db: Db, before: Date): Promise<void> => {
  await db.deleteFrom('sequencer_check').where('ended_at', '<', before).execute();
};
