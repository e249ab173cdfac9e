// When an account at a platform may be called: never more often than its pace allows, by all processes together, and not
// at all for as long as the platform asked to be left alone. Every statement on sequencer_pace.
import { sql } from 'kysely';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { Pace } from '../../../providers/contracts/sequencer.ts';

/** Whoever would have to wait longer comes back later. */
const LONGEST_WAIT_MS = 20_000;
/** Calls come evenly at so much of the pace; the rest of it may come at once. In no window is it exceeded. */
const EVEN_SHARE = 0.8;

/** The account was not called: it is our own pace that has it wait. */
export const OWN_PACE = 'own_pace';

/** Waits for the turn of one call. @throws rateLimited when that is too far off */
export const takeTurn = async (
  { db, clock }: { db: Db; clock: Clock },
  accountKey: string,
  { calls, perMs }: Pace,
): Promise<void> => {
  const now = clock.now();
  const betweenMs = perMs / (calls * EVEN_SHARE);
  const burstMs = Math.max(0, Math.floor(calls * (1 - EVEN_SHARE)) - 1) * betweenMs;
  const earliest = new Date(now.getTime() - burstMs);
  const latest = new Date(now.getTime() + LONGEST_WAIT_MS);
  const between = sql`make_interval(secs => ${betweenMs / 1000})`;
  const { rows } = await sql<{ turn_at: Date; hold_until: Date | null }>`
    insert into sequencer_pace as pace (account_key, next_call_at) values (${accountKey}, ${earliest}::timestamptz + ${between})
    on conflict (account_key) do update
      set next_call_at = greatest(pace.next_call_at, ${earliest}::timestamptz) + ${between}
      where greatest(pace.next_call_at, pace.hold_until, ${earliest}::timestamptz) <= ${latest}
    returning next_call_at - ${between} as turn_at, hold_until
  `.execute(db);
  const [turn] = rows;
  const at = turn && Math.max(turn.turn_at.getTime(), turn.hold_until?.getTime() ?? 0);
  if (at === undefined) {
    throw new ProviderFailure({
      kind: 'rateLimited',
      message: 'This account is called as often as it may be.',
      reason: OWN_PACE,
      retryAfterMs: LONGEST_WAIT_MS,
    });
  }
  const waitMs = at - now.getTime();
  if (waitMs > 0) await clock.sleep(waitMs);
};

/** Nobody calls the account before then. */
export const holdAccount = async (db: Db, accountKey: string, until: Date): Promise<void> => {
  await db
    .insertInto('sequencer_pace')
    .values({ account_key: accountKey, next_call_at: until, hold_until: until })
    .onConflict((conflict) =>
      conflict.column('account_key').doUpdateSet((eb) => ({
        hold_until: eb.fn<Date>('greatest', ['sequencer_pace.hold_until', 'excluded.hold_until']),
      })),
    )
    .execute();
};
