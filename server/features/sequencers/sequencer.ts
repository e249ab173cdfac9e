// A customer's account at a sequencer: what opens it, and how much it is to send from the mailboxes it is handed. The
// credential is sealed and shown to nobody again.
import type { SequencerTuning } from '../../../providers/contracts/sequencer.ts';

export const sequencerStatuses = ['active', 'invalid', 'removing'] as const;
export type SequencerStatus = (typeof sequencerStatuses)[number];

export type SequencerAccount = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  name: string;
  platform: string;
  /** Whose account it is at the platform; null where nobody says. */
  account: string | null;
  /** Accounts with the same credential share the platform's limits. */
  accountKey: string;
  /** The end of the secret. */
  hint: string;
  layout: string | null;
  tuning: SequencerTuning;
  tags: string[];
  autoReconnect: boolean;
  status: SequencerStatus;
  statusReason: string | null;
  statusSince: Date;
  checkedAt: Date;
  reconcileAt: Date;
  createdAt: Date;
  updatedAt: Date;
};
