// What a team wants to be told and done about its wallet: when it runs low, and topping it up by itself.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { recordEvents } from '../events/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { lowBalanceEvent } from './events.ts';
import { startTopUp } from './signals.ts';
import { walletBalance } from './store.ts';

export type AutoTopUp = { belowMicros: number; addMicros: number; monthlyCapMicros: number | null };

export type WalletSettings = {
  /** The team is told when the wallet falls below; null never tells. */
  lowBalanceMicros: number | null;
  autoTopUpEnabled: boolean;
  /** Kept while it is switched off. */
  autoTopUp: AutoTopUp | null;
  /** The one top-up under way. */
  topUpRun: string | null;
  /** Declined in a row. */
  topUpFailures: number;
  topUpNotBefore: Date | null;
};

/** Of a team that never set anything. */
const defaults: WalletSettings = {
  lowBalanceMicros: creditsToMicros(20),
  autoTopUpEnabled: false,
  autoTopUp: null,
  topUpRun: null,
  topUpFailures: 0,
  topUpNotBefore: null,
};

export const walletSettings = async (db: Db, teamUid: string): Promise<WalletSettings> => {
  const row = await db
    .selectFrom('wallet_settings')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .executeTakeFirst();
  if (!row) return defaults;
  const { auto_topup_below_micros: belowMicros, auto_topup_add_micros: addMicros } = row;
  return {
    lowBalanceMicros: row.low_balance_micros,
    autoTopUpEnabled: row.auto_topup_enabled,
    autoTopUp:
      belowMicros === null || addMicros === null
        ? null
        : { belowMicros, addMicros, monthlyCapMicros: row.auto_topup_cap_micros },
    topUpRun: row.topup_run,
    topUpFailures: row.topup_failures,
    topUpNotBefore: row.topup_not_before,
  };
};

/** Who calls holds `lockFunds`, so that nobody else's change is overwritten. */
export const walletSettingsUpdate = async (
  tx: Tx,
  teamUid: string,
  change: Partial<WalletSettings>,
  now: Date,
): Promise<WalletSettings> => {
  const settings = { ...(await walletSettings(tx, teamUid)), ...change };
  const row = {
    team_uid: teamUid,
    low_balance_micros: settings.lowBalanceMicros,
    auto_topup_enabled: settings.autoTopUpEnabled,
    auto_topup_below_micros: settings.autoTopUp?.belowMicros ?? null,
    auto_topup_add_micros: settings.autoTopUp?.addMicros ?? null,
    auto_topup_cap_micros: settings.autoTopUp?.monthlyCapMicros ?? null,
    topup_run: settings.topUpRun,
    topup_failures: settings.topUpFailures,
    topup_not_before: settings.topUpNotBefore,
    updated_at: now,
  };
  await tx
    .insertInto('wallet_settings')
    .values(row)
    .onConflict((conflict) => conflict.column('team_uid').doUpdateSet(row))
    .execute();
  return settings;
};

/** Call after credits left the wallet, while `lockFunds` is held: tells of a low balance, and tops up. */
export const noticeSpending = async (
  tx: Tx,
  teamUid: string,
  wallet: { beforeMicros: number; afterMicros: number },
  now: Date,
): Promise<void> => {
  const settings = await walletSettings(tx, teamUid);
  const { lowBalanceMicros: low } = settings;
  if (low !== null && wallet.beforeMicros >= low && wallet.afterMicros < low) {
    await recordEvents(tx, [lowBalanceEvent(teamUid, wallet.afterMicros, low, now)]);
  }
  await topUpWhenDue(tx, teamUid, settings, wallet.afterMicros, now);
};

/** Starts a top-up when the wallet is below its mark, none is under way, and a declined one has waited long enough. */
export const topUpIfLow = async (tx: Tx, teamUid: string, now: Date): Promise<void> =>
  topUpWhenDue(tx, teamUid, await walletSettings(tx, teamUid), await walletBalance(tx, teamUid), now);

const topUpWhenDue = async (
  tx: Tx,
  teamUid: string,
  { autoTopUpEnabled, autoTopUp, topUpRun, topUpNotBefore }: WalletSettings,
  walletMicros: number,
  now: Date,
): Promise<void> => {
  if (!autoTopUpEnabled || !autoTopUp || topUpRun || walletMicros >= autoTopUp.belowMicros) return;
  if (topUpNotBefore && topUpNotBefore > now) return;
  const runUid = newId();
  await walletSettingsUpdate(tx, teamUid, { topUpRun: runUid }, now);
  await startTopUp(tx, teamUid, runUid);
};

/** Teams that top up by themselves and have no top-up under way. */
export const teamsThatTopUp = async (db: Db, now: Date): Promise<string[]> => {
  const rows = await db
    .selectFrom('wallet_settings')
    .select('team_uid')
    .where('auto_topup_enabled', '=', true)
    .where('topup_run', 'is', null)
    .where((eb) => eb.or([eb('topup_not_before', 'is', null), eb('topup_not_before', '<=', now)]))
    .execute();
  return rows.map((row) => row.team_uid);
};
