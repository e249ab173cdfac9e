// What sequencers tell about. Never what opens them, and never what opens a mailbox.
import type { NewEvent } from '../events/index.ts';
import type { SequencerExport } from './export.ts';
import type { SequencerAccount } from './sequencer.ts';

export const sequencerEvent = (
  what: 'added' | 'updated' | 'deleted' | 'status_changed',
  { uid, teamUid, workspaceUid, name, platform, status, statusReason }: SequencerAccount,
  occurredAt: Date,
): NewEvent => ({
  teamUid,
  workspaceUid,
  type: `sequencer.${what}`,
  subjectType: 'sequencer',
  subjectUid: uid,
  data: { name, platform, status, reason: statusReason },
  occurredAt,
});

type Told = Pick<
  SequencerExport,
  | 'uid'
  | 'teamUid'
  | 'workspaceUid'
  | 'sequencerUid'
  | 'mailboxUid'
  | 'status'
  | 'stage'
  | 'code'
  | 'message'
  | 'words'
>;

/** `cause`: what set it off, where it was not the export's own progress. */
export const exportMoved = (
  row: Told,
  { email, previous, cause }: { email: string; previous: string | null; cause?: string },
  occurredAt: Date,
): NewEvent => ({
  teamUid: row.teamUid,
  workspaceUid: row.workspaceUid,
  type: 'sequencer_export.status_changed',
  subjectType: 'sequencer_export',
  subjectUid: row.uid,
  data: {
    sequencer_uid: row.sequencerUid,
    mailbox_uid: row.mailboxUid,
    email,
    status: row.status,
    previous_status: previous,
    stage: row.stage,
    code: row.code,
    reason: row.message,
    target_words: row.words,
    ...(cause !== undefined && { cause }),
  },
  occurredAt,
});

export const exportRemoved = (row: Told, email: string, occurredAt: Date): NewEvent => ({
  ...exportMoved(row, { email, previous: row.status }, occurredAt),
  type: 'sequencer_export.removed',
});
