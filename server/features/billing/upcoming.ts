// A charge that is to come, as each feature that renews something says it before.
import type { PaidWith } from './charge.ts';

export type UpcomingCharge = {
  subject: { type: 'domain' | 'mailbox' | 'subscription' | 'warmup'; uid: string };
  /** Null for what belongs to the team as a whole. */
  workspaceUid: string | null;
  /** When it is tried first; a payment that failed before is tried again at this time. */
  at: Date;
  description: string;
  /** 0 for what an included seat is expected to pay. */
  amountMicros: number;
  paidWith: PaidWith;
};
