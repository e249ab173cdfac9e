// What happens with credits in the moment they reach a wallet, in the transaction that brings them: a debt is paid
// first, then those who wait for funds go on. And the other direction: a payment that is taken back.
import type { Tx } from '../../../database/database.ts';
import { recordEvents } from '../events/index.ts';
import { walletEvent } from './events.ts';
import { firstInLine } from './funds-wait.ts';
import { startServing } from './signals.ts';
import {
  accountStates,
  type Booking,
  transactionBooked as booked,
  fundsHold,
  fundsLock,
  transactionInsert,
} from './store.ts';
import { noticeSpending } from './wallet-settings.ts';

type Cause = Pick<Booking, 'teamUid' | 'reference' | 'at'> & {
  /** Of the movement that brought the credits or takes them away. */
  key: string;
};

/** Call after credits were booked into the wallet. */
export const creditsArrived = async (tx: Tx, { teamUid, reference, key, at }: Cause): Promise<void> => {
  if ((await debtMicros(tx, teamUid)) > 0) await payDebt(tx, { teamUid, reference, key, at });
  if (await firstInLine(tx, teamUid)) await startServing(tx, teamUid);
};

const debtMicros = async (tx: Tx, teamUid: string): Promise<number> =>
  -(await accountStates(tx, teamUid, ['debt'])).debt.balanceMicros;

const payDebt = async (tx: Tx, { teamUid, reference, key, at }: Cause): Promise<void> => {
  await fundsLock(tx, teamUid);
  const { wallet } = await accountStates(tx, teamUid, ['wallet']);
  const paidMicros = Math.min(wallet.balanceMicros, await debtMicros(tx, teamUid));
  if (paidMicros > 0) {
    await transactionInsert(tx, {
      teamUid,
      kind: 'debt_paid',
      idempotencyKey: `debt_paid:${key}`,
      from: 'wallet',
      to: 'debt',
      amountMicros: paidMicros,
      description: 'Debt of a payment that was taken back',
      reference,
      workspaceUid: null,
      at,
    });
  }
};

/**
 * Takes credits out of the wallet whose payment was refunded or is disputed. The wallet never goes below zero: what
 * has been spent already becomes a debt, which the next credits pay first. The same key never takes twice.
 */
export const takeCreditsBack = async (
  tx: Tx,
  taken: Cause & { amountMicros: number; description: string },
): Promise<{ fromWalletMicros: number; debtMicros: number }> => {
  const { teamUid, amountMicros, key, description, reference, at } = taken;
  await fundsHold(tx, teamUid);
  // By either part: the wallet may hold less or more the second time, so the parts would be others.
  if (await booked(tx, [`reversal:${key}`, `debt:${key}`])) return { fromWalletMicros: 0, debtMicros: 0 };
  const { wallet } = await accountStates(tx, teamUid, ['wallet']);
  const fromWalletMicros = Math.min(wallet.balanceMicros, amountMicros);
  const parts = [
    { kind: 'reversal', from: 'wallet', amountMicros: fromWalletMicros },
    { kind: 'debt', from: 'debt', amountMicros: amountMicros - fromWalletMicros },
  ] as const;
  const shared = { teamUid, to: 'funding', description, reference, workspaceUid: null, at } as const;
  for (const part of parts) {
    if (part.amountMicros === 0) continue;
    await transactionInsert(tx, { ...shared, ...part, idempotencyKey: `${part.kind}:${key}` });
  }
  await recordEvents(tx, [walletEvent(teamUid, null, 'debited', amountMicros, description, at)]);
  const beforeMicros = wallet.balanceMicros;
  await noticeSpending(tx, teamUid, { beforeMicros, afterMicros: beforeMicros - fromWalletMicros }, at);
  return { fromWalletMicros, debtMicros: amountMicros - fromWalletMicros };
};
