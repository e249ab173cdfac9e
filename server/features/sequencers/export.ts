// A mailbox handed to a sequencer, and how far that has come.
import type { MailboxStatus } from '../mailboxes/index.ts';

/** As clients of the reference API know them. `completed`: the target itself says that it is connected. */
export const exportStatuses = ['queued', 'processing', 'completed', 'failed', 'removing'] as const;
export type ExportStatus = (typeof exportStatuses)[number];

/**
 * `waiting` for the mailbox to be made · `sign_in`: we sign in to it over SMTP and IMAP ourselves · `find`: it was handed
 * over and nobody knows whether it arrived, so it is looked for · `upsert` · `connect`: until the target says so · `tune`
 * · `clean_up`: what the target has under former addresses goes · `watch` · `file`: it is in the file · `remove`
 */
export const exportStages = [
  'waiting',
  'sign_in',
  'find',
  'upsert',
  'connect',
  'tune',
  'clean_up',
  'watch',
  'file',
  'remove',
] as const;
export type ExportStage = (typeof exportStages)[number];

/** Why an export stands where it stands. Stable, for programs. */
export const exportCodes = [
  'waiting_for_mailbox',
  'mailbox_gone',
  'mailbox_not_active',
  'sign_in_failed',
  'credential_refused',
  'refused_by_target',
  'plan_limit_at_target',
  'not_connected_in_time',
  'disconnected_by_target',
  'missing_at_target',
  'target_unreachable',
  'target_busy',
  'outcome_unknown',
  'not_tuned',
  'former_address_stays',
  'removal_unsupported',
  'unexpected',
] as const;
export type ExportCode = (typeof exportCodes)[number];

export type Leftover = { address: string; id: string | null };

export type SequencerExport = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  sequencerUid: string;
  mailboxUid: string;
  status: ExportStatus;
  stage: ExportStage;
  stageSince: Date;
  code: ExportCode | null;
  message: string | null;
  /** The target's own words. */
  words: string | null;
  targetId: string | null;
  ticket: string | null;
  /** Under which address the target has it. */
  targetAddress: string | null;
  /** What the target has of it under former addresses. */
  leftovers: Leftover[];
  attempts: number;
  restarts: number;
  generation: number;
  dueAt: Date | null;
  connectedAt: Date | null;
  checkedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Failures that pass by themselves: whoever compares the account with what was exported tries these again. */
export const passingCodes = [
  'sign_in_failed',
  'mailbox_not_active',
  'not_connected_in_time',
  'disconnected_by_target',
  'missing_at_target',
  'target_unreachable',
  'target_busy',
  'outcome_unknown',
  'unexpected',
] as const satisfies readonly ExportCode[];

/** The mailbox is being made, open, closed for now, or gone. */
export const readinessOf = (status: MailboxStatus): 'coming' | 'ready' | 'closed' | 'gone' => {
  switch (status) {
    case 'active':
    case 'renewal_failed':
    case 'scheduled_for_cancellation':
      return 'ready';
    case 'inactive':
    case 'suspended':
      return 'closed';
    case 'failed':
    case 'cancelled':
    case 'archived':
    case 'deleted':
      return 'gone';
    default:
      return 'coming';
  }
};

/** What a row of mailboxes shows of all the exports of one. */
export const useStatus = (
  statuses: readonly ExportStatus[],
): 'na' | 'queued' | 'pending' | 'completed' | 'failed' => {
  if (statuses.length === 0) return 'na';
  if (statuses.includes('failed')) return 'failed';
  if (statuses.includes('queued')) return 'queued';
  return statuses.every((status) => status === 'completed') ? 'completed' : 'pending';
};
