// Spend caps: how much may be bought in a day or a month of UTC, and every statement on spend_cap but the one that tells
// a purchase whether there are any (`walletToSpend`).
//
// What was charged counts from the moment it is reserved, and counts no longer once it was given back. Who buys holds
// `fundsLock`, so two purchases of a team cannot pass a cap together. What happens by itself (a renewal) counts and is
// not refused: a cap keeps programs from buying, it does not take away what a team has.
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { ApiError } from '../../http/errors.ts';
import { keyLineage } from '../accounts/index.ts';
import { type NewEvent, recordEvents } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { spendCapExceeded } from './errors.ts';

export type CapScope = 'team' | 'workspace' | 'key';
export type CapPeriod = 'day' | 'month';

export type SpendCap = {
  uid: string;
  scope: CapScope;
  /** Of the team, the workspace or the key. */
  scopeUid: string;
  period: CapPeriod;
  amountMicros: number;
};

/** Beginning and end of the period that a time is in, in UTC. */
export const periodOf = (period: CapPeriod, now: Date): { start: Date; end: Date } => {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return period === 'day'
    ? { start: new Date(Date.UTC(year, month, day)), end: new Date(Date.UTC(year, month, day + 1)) }
    : { start: new Date(Date.UTC(year, month, 1)), end: new Date(Date.UTC(year, month + 1, 1)) };
};

export const spendCaps = async (db: Db, teamUid: string): Promise<SpendCap[]> => {
  const rows = await db
    .selectFrom('spend_cap')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .orderBy('scope')
    .orderBy('scope_uid')
    .orderBy('period')
    .execute();
  return rows.map((row) => ({
    uid: row.uid,
    scope: row.scope as CapScope,
    scopeUid: row.scope_uid,
    period: row.period as CapPeriod,
    amountMicros: row.amount_micros,
  }));
};

/** Sets a cap, or takes it away with an amount of null. */
export const spendCapSet = async (
  tx: Tx,
  teamUid: string,
  cap: Pick<SpendCap, 'scope' | 'scopeUid' | 'period'> & { amountMicros: number | null },
  now: Date,
): Promise<void> => {
  const { scope, scopeUid, period, amountMicros } = cap;
  if (amountMicros === null) {
    await tx
      .deleteFrom('spend_cap')
      .where('team_uid', '=', teamUid)
      .where('scope', '=', scope)
      .where('scope_uid', '=', scopeUid)
      .where('period', '=', period)
      .execute();
    return;
  }
  await tx
    .insertInto('spend_cap')
    .values({
      uid: newId(),
      team_uid: teamUid,
      scope,
      scope_uid: scopeUid,
      period,
      amount_micros: amountMicros,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['team_uid', 'scope', 'scope_uid', 'period'])
        .doUpdateSet({ amount_micros: amountMicros, updated_at: now }),
    )
    .execute();
};

/** What counts under a cap in the period that `now` is in. */
export const spentUnder = async (
  db: Db,
  teamUid: string,
  { scope, scopeUid, period }: Pick<SpendCap, 'scope' | 'scopeUid' | 'period'>,
  now: Date,
): Promise<number> => {
  const { start, end } = periodOf(period, now);
  // A key that takes the place of another goes on under its caps.
  const keyUids = scope === 'key' ? await keyLineage(db, scopeUid) : null;
  const row = await db
    .selectFrom('charge')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('amount_micros'), sql<number>`0`).as('spent'))
    .where('team_uid', '=', teamUid)
    .where('created_at', '>=', start)
    .where('created_at', '<', end)
    .where('status', 'in', ['reserved', 'captured'])
    .$if(scope === 'workspace', (query) => query.where('workspace_uid', '=', scopeUid))
    .$if(keyUids !== null, (query) => query.where('key_uid', 'in', keyUids!))
    .executeTakeFirstOrThrow();
  return Number(row.spent);
};

/** Those of these caps that hold for a key: its own, and those of the keys whose place it takes. */
const capsOf = async (db: Db, caps: readonly SpendCap[], keyUid: string): Promise<SpendCap[]> => {
  const ofKeys = caps.filter(({ scope }) => scope === 'key');
  if (ofKeys.length === 0) return [];
  const lineage = await keyLineage(db, keyUid);
  return ofKeys.filter(({ scopeUid }) => lineage.includes(scopeUid));
};

/** The caps of the team that hold for one of its keys. */
export const keyCaps = async (db: Db, teamUid: string, keyUid: string): Promise<SpendCap[]> =>
  capsOf(db, await spendCaps(db, teamUid), keyUid);

export type Spending = {
  teamUid: string;
  workspaceUid: string | null;
  /** The key that asks; null for what happens by itself. */
  keyUid: string | null;
  /** What a key asked for and was paid outside since: it counts, and is refused no more. */
  paidOutside?: boolean;
  totalMicros: number;
  now: Date;
};

/** Of a cap that a purchase takes to this part of it, or past it, the team is told. */
const TOLD_AT = [
  { part: 1, what: 'spend_cap_reached' },
  { part: 0.8, what: 'spend_cap_nearly_reached' },
];

/**
 * Checks a purchase against every cap it falls under. Throws `spend_cap_exceeded`, which names the first cap that it
 * would pass. Answers what is to be told if it is made.
 */
export const checkCaps = async (db: Db, spending: Spending): Promise<NewEvent[]> => {
  const { teamUid, workspaceUid, keyUid, totalMicros, now, paidOutside = false } = spending;
  if (totalMicros === 0) return [];
  const told: NewEvent[] = [];
  for (const cap of await spendCaps(db, teamUid)) {
    const falls =
      cap.scope === 'key'
        ? keyUid !== null && (await capsOf(db, [cap], keyUid)).length > 0
        : cap.scopeUid === (cap.scope === 'team' ? teamUid : workspaceUid);
    if (!falls) continue;
    const spent = await spentUnder(db, teamUid, cap, now);
    const after = spent + totalMicros;
    const figures = {
      cap: { uid: cap.uid, scope: cap.scope, scope_uid: cap.scopeUid, period: cap.period },
      limit_credits: microsToCredits(cap.amountMicros),
      spent_credits: microsToCredits(spent),
      resets_at: periodOf(cap.period, now).end.toISOString(),
    };
    if (keyUid !== null && !paidOutside && after > cap.amountMicros) {
      throw spendCapExceeded(
        `The ${cap.period === 'day' ? 'daily' : 'monthly'} spend cap of the ${cap.scope} is ` +
          `${figures.limit_credits} credits, ${figures.spent_credits} are spent, and this costs ` +
          `${microsToCredits(totalMicros)}; it resets at ${figures.resets_at}`,
        { ...figures, required_credits: microsToCredits(totalMicros) },
      );
    }
    const crossed = TOLD_AT.find(
      ({ part }) => spent < cap.amountMicros * part && after >= cap.amountMicros * part,
    );
    if (!crossed) continue;
    const whose = cap.scope === 'workspace' ? cap.scopeUid : null;
    const data = { ...figures, spent_credits: microsToCredits(after) };
    told.push(capEvent(teamUid, whose, crossed.what, data, now));
  }
  return told;
};

/** A purchase, and no dry run, that a cap refused. What it had written is rolled back, so it is told of afterwards. */
class SpendCapRefusal extends ApiError {
  readonly spending: Spending;

  constructor({ definition, message, fields }: ApiError, spending: Spending) {
    super(definition, message, fields);
    this.spending = spending;
  }
}

/** Like `checkCaps`, for a purchase that is made: a refusal can be told of with `tellCapRefusal`. */
export const refuseBeyondCaps = async (db: Db, spending: Spending): Promise<NewEvent[]> => {
  try {
    return await checkCaps(db, spending);
  } catch (error) {
    throw error instanceof ApiError ? new SpendCapRefusal(error, spending) : error;
  }
};

/** For a purchase that is made: refuses it, or tells what it does to the caps. Who calls holds `fundsLock`. */
export const spendUnderCaps = async (tx: Tx, spending: Spending): Promise<void> => {
  await recordEvents(tx, await refuseBeyondCaps(tx, spending));
};

/** Tells of a purchase that a cap refused, once a day for each cap; of any other error it tells nothing. */
export const tellCapRefusal = async (db: Db, error: unknown): Promise<void> => {
  if (!(error instanceof SpendCapRefusal)) return;
  const { teamUid, workspaceUid, keyUid, now } = error.spending;
  const { cap, ...figures } = error.fields as { cap: { uid: string; scope: CapScope; scope_uid: string } };
  await inTransaction(db, async (tx) => {
    const told = await tx
      .updateTable('spend_cap')
      .set({ refusal_told_at: now })
      .where('uid', '=', cap.uid)
      .where((eb) =>
        eb.or([eb('refusal_told_at', 'is', null), eb('refusal_told_at', '<', periodOf('day', now).start)]),
      )
      .returning('uid')
      .executeTakeFirst();
    if (!told) return;
    const data = { cap, ...figures, key_uid: keyUid, workspace_uid: workspaceUid };
    const whose = cap.scope === 'workspace' ? cap.scope_uid : null;
    await recordEvents(tx, [capEvent(teamUid, whose, 'spend_cap_refused', data, now)]);
  });
};

const capEvent = (
  teamUid: string,
  workspaceUid: string | null,
  what: string,
  data: object,
  occurredAt: Date,
): NewEvent => ({
  teamUid,
  workspaceUid,
  type: `wallet.${what}`,
  subjectType: 'wallet',
  subjectUid: teamUid,
  data: { ...data },
  occurredAt,
});
