// What billing tells about: money that came into a wallet or left it.
import type { NewEvent } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';

export const walletEvent = (
  teamUid: string,
  workspaceUid: string | null,
  what: 'debited' | 'credited',
  amountMicros: number,
  description: string,
  occurredAt: Date,
): NewEvent => ({
  teamUid,
  workspaceUid,
  type: `wallet.${what}`,
  subjectType: 'wallet',
  subjectUid: teamUid,
  data: { credits: microsToCredits(amountMicros), description },
  occurredAt,
});

export const lowBalanceEvent = (
  teamUid: string,
  walletMicros: number,
  thresholdMicros: number,
  occurredAt: Date,
): NewEvent => ({
  teamUid,
  workspaceUid: null,
  type: 'wallet.low_balance',
  subjectType: 'wallet',
  subjectUid: teamUid,
  data: {
    credits_remaining: microsToCredits(walletMicros),
    low_balance_threshold: microsToCredits(thresholdMicros),
  },
  occurredAt,
});
