// Spend caps as the API shows them.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { microsToCredits } from '../price-book/index.ts';
import { keyCaps, periodOf, type SpendCap, spendCaps, spentUnder } from './spend-caps.ts';

export const capShape = z
  .object({
    uid: z.uuid(),
    scope: z.enum(['team', 'workspace', 'key']),
    scope_uid: z.uuid().meta({ description: 'The team, the workspace or the key' }),
    period: z.enum(['day', 'month']),
    limit_credits: z.number(),
    spent_credits: z.number(),
    remaining_credits: z.number(),
    resets_at: z.iso.datetime(),
  })
  .meta({ id: 'SpendCap' });

export const capViews = async (db: Db, teamUid: string, now: Date): Promise<z.infer<typeof capShape>[]> =>
  viewsOf(db, teamUid, await spendCaps(db, teamUid), now);

/** The caps that hold for a key, with what is spent under each. */
export const keyCapViews = async (
  db: Db,
  teamUid: string,
  keyUid: string,
  now: Date,
): Promise<z.infer<typeof capShape>[]> => viewsOf(db, teamUid, await keyCaps(db, teamUid, keyUid), now);

const viewsOf = async (
  db: Db,
  teamUid: string,
  caps: readonly SpendCap[],
  now: Date,
): Promise<z.infer<typeof capShape>[]> => {
  const views = [];
  for (const cap of caps) {
    const spent = await spentUnder(db, teamUid, cap, now);
    views.push({
      uid: cap.uid,
      scope: cap.scope,
      scope_uid: cap.scopeUid,
      period: cap.period,
      limit_credits: microsToCredits(cap.amountMicros),
      spent_credits: microsToCredits(spent),
      remaining_credits: microsToCredits(Math.max(0, cap.amountMicros - spent)),
      resets_at: periodOf(cap.period, now).end.toISOString(),
    });
  }
  return views;
};
