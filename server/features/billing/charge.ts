// A charge: one priced line. It is reserved when something is asked for, captured just before the outside
// purchase, and given back (released or refunded) when the thing fails for good.

export type ChargeSubject = {
  type:
    | 'domain'
    | 'domain_renewal'
    | 'mailbox'
    | 'mailbox_term'
    | 'subscription'
    | 'warmup'
    | 'prewarm_domain';
  uid: string;
};
export type PaidWith = 'wallet' | 'included_seat';
export type ChargeStatus = 'reserved' | 'captured' | 'released' | 'refunded';

export type ChargeLine = {
  subject: ChargeSubject;
  purpose: 'registration' | 'renewal' | 'first_month' | 'term' | 'subscription' | 'purchase' | 'tax';
  description: string;
  amountMicros: number;
  paidWith: PaidWith;
};

export type Charge = ChargeLine & {
  uid: string;
  teamUid: string;
  /** Null for what belongs to the team as a whole. */
  workspaceUid: string | null;
  /** The key that asked for it; null for what happened by itself. */
  keyUid: string | null;
  status: ChargeStatus;
};

/** The way back: what giving back means for a charge in this state; null when there is nothing left to give. */
export const wayBack = (status: ChargeStatus): 'release' | 'refund' | null => {
  switch (status) {
    case 'reserved':
      return 'release';
    case 'captured':
      return 'refund';
    case 'released':
    case 'refunded':
      return null;
  }
};

export const totalOf = (lines: readonly { amountMicros: number }[]): number =>
  lines.reduce((sum, line) => sum + line.amountMicros, 0);
