// Purchases that wait until the wallet can pay for them, one line for each team. Those without which something would
// be lost (renewals) stand before what is new; otherwise who came first is served first, and nobody is passed by one
// who asked for less.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { FeatureContext } from '../context.ts';
import { startServing } from './signals.ts';
import { fundsHold, walletBalance } from './store.ts';

export type FundsWait = {
  teamUid: string;
  /** Null for what belongs to the team as a whole. */
  workspaceUid: string | null;
  /** Which continuation goes on with it, by its name in `roles/contract.ts`, such as `order`. */
  kind: string;
  subjectUid: string;
  amountMicros: number;
  urgent: boolean;
};

/**
 * How a purchase goes on when its credits may be there. The first half asks the outside (prices, names) and writes
 * nothing. What it answers runs in a transaction that holds `lockFunds`: it reserves (`reserveCharges`), starts the
 * workflow of the purchase, and moves what the customer sees. When it returns the purchase has left the line,
 * whether it went on or was given up; when `reserveCharges` throws `insufficient_funds` it goes on waiting.
 */
export type Continuation = (
  context: FeatureContext,
  wait: FundsWait,
) => Promise<(tx: Tx, now: Date) => Promise<void>>;

/**
 * Puts a purchase into its team's line, in the transaction that writes it down as waiting. It goes on by itself,
 * through the continuation of its kind, when credits arrive: `addCredits` and `giveBackCharges` start that in the
 * transaction that brings the credits. Waiting twice for one subject is waiting once.
 */
export const waitForFunds = async (tx: Tx, wait: FundsWait, now: Date): Promise<void> => {
  await tx
    .insertInto('funds_wait')
    .values({
      uid: newId(),
      team_uid: wait.teamUid,
      workspace_uid: wait.workspaceUid,
      kind: wait.kind,
      subject_uid: wait.subjectUid,
      amount_micros: wait.amountMicros,
      urgent: wait.urgent,
      waiting_since: now,
    })
    .onConflict((conflict) => conflict.columns(['kind', 'subject_uid']).doNothing())
    .execute();
  // Credits that arrived without seeing the line are seen here; later ones see this purchase in it.
  await fundsHold(tx, wait.teamUid);
  await serveIfAffordable(tx, wait.teamUid);
};

/** Has the line served when the wallet can pay for the first in it. */
export const serveIfAffordable = async (tx: Tx, teamUid: string): Promise<void> => {
  const first = await firstInLine(tx, teamUid);
  if (first && (await walletBalance(tx, teamUid)) >= first.amountMicros) await startServing(tx, teamUid);
};

/** Takes a purchase out of the line; answers whose line it stood in, null when in none. */
const takeOut = async (
  tx: Tx,
  { kind, subjectUid }: Pick<FundsWait, 'kind' | 'subjectUid'>,
): Promise<string | null> => {
  const gone = await tx
    .deleteFrom('funds_wait')
    .where('kind', '=', kind)
    .where('subject_uid', '=', subjectUid)
    .returning('team_uid')
    .executeTakeFirst();
  return gone?.team_uid ?? null;
};

/** Takes out the one that is served; answers whether it still stood there. Who asks holds `lockFunds`. */
export const takeTurn = async (tx: Tx, wait: Pick<FundsWait, 'kind' | 'subjectUid'>): Promise<boolean> =>
  (await takeOut(tx, wait)) !== null;

/**
 * For a purchase that needs its credits no more, if it stands in line: those behind it may have waited for it alone. Who
 * asks holds `lockFunds`.
 */
export const stopWaiting = async (tx: Tx, wait: Pick<FundsWait, 'kind' | 'subjectUid'>): Promise<void> => {
  const teamUid = await takeOut(tx, wait);
  if (teamUid) await serveIfAffordable(tx, teamUid);
};

export const firstInLine = async (db: Db, teamUid: string): Promise<FundsWait | null> => {
  const row = await db
    .selectFrom('funds_wait')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .orderBy('urgent', 'desc')
    .orderBy('waiting_since')
    .orderBy('uid')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  return {
    teamUid: row.team_uid,
    workspaceUid: row.workspace_uid,
    kind: row.kind,
    subjectUid: row.subject_uid,
    amountMicros: row.amount_micros,
    urgent: row.urgent,
  };
};

/** Teams with somebody in line, for the job that looks after those whose serving was interrupted. */
export const teamsInLine = async (db: Db): Promise<string[]> => {
  const rows = await db.selectFrom('funds_wait').select('team_uid').distinct().execute();
  return rows.map((row) => row.team_uid);
};
