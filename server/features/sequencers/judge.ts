// What comes after a step of an export that did not go well. Pure: from the stage, the failure and what was tried before.
import type { Failure, FailureKind } from '../../../providers/contracts/failure.ts';
import type { ExportCode, ExportStage, SequencerExport } from './export.ts';
import type { ExportChange } from './export-store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** From one try to the next; after the last it is over until somebody, or the next comparison, begins it anew. */
const retryWaitsMs = [5, 15, 30, 60, 120, 300, 600, 900].map((seconds) => seconds * SECOND_MS);
const signInWaitsMs = [10, 60, 300, 900].map((seconds) => seconds * SECOND_MS);
/** A target that connects at once is seen at once; one that takes its time is not pestered. */
const lookWaitsMs = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * SECOND_MS);
const LOOK_WAIT_MS = MINUTE_MS;
const CONNECTS_WITHIN_MS = 60 * MINUTE_MS;
/** Something whose arrival nobody knows of is looked for so often before it is handed over again. */
const findWaitsMs = [5, 20, 60].map((seconds) => seconds * SECOND_MS);
const MOST_RESTARTS = 3;
const MOST_UNKNOWN = 6;

/** A sentence for each code, for people. */
const sentences: Readonly<Record<ExportCode, string>> = {
  waiting_for_mailbox: 'The mailbox is being made and goes out when it is ready',
  mailbox_gone: 'The mailbox has ended',
  mailbox_not_active: 'The mailbox is closed for now, so nobody can sign in to it',
  sign_in_failed: 'Signing in to the mailbox over SMTP and IMAP failed here, before it was handed over',
  credential_refused: 'The sequencer does not accept the credential any more; update it',
  refused_by_target: 'The sequencer refuses the mailbox',
  plan_limit_at_target: 'The plan at the sequencer takes no more mailboxes',
  not_connected_in_time: 'The sequencer accepted the mailbox and did not connect it within an hour',
  disconnected_by_target: 'The sequencer has the mailbox and cannot sign in to it',
  missing_at_target: 'The sequencer has lost the mailbox',
  target_unreachable: 'The sequencer does not answer',
  target_busy: 'The sequencer is busy with this mailbox',
  outcome_unknown: 'Nobody can tell whether the sequencer has taken the mailbox',
  not_tuned: 'The mailbox is connected, and the sequencer does not take its limits or warm-up',
  former_address_stays: 'The mailbox is connected, and its former address has to be removed there by hand',
  removal_unsupported: 'The sequencer lets mailboxes be removed by hand only',
  unexpected: 'Something went wrong on our side',
};

export const because = (
  code: ExportCode,
  words: string | null = null,
): Pick<SequencerExport, 'code' | 'message' | 'words'> => ({ code, message: sentences[code], words });

export const allIsWell = { code: null, message: null, words: null } as const;

export const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** On to another stage, at once unless told when. */
export const goTo = (stage: ExportStage, now: Date, dueAt: Date | null = now): ExportChange => ({
  stage,
  stageSince: now,
  attempts: 0,
  dueAt,
});

export const failedFor = (code: ExportCode, words: string | null): ExportChange => ({
  status: 'failed',
  ...because(code, words),
  attempts: 0,
  dueAt: null,
});

/** The same again a while later; over after the last of `waitsMs`. */
export const againLater = (
  row: Pick<SequencerExport, 'attempts'>,
  code: ExportCode,
  words: string | null,
  now: Date,
  waitsMs: readonly number[] = retryWaitsMs,
): ExportChange => {
  const waitMs = waitsMs[row.attempts];
  if (waitMs === undefined) return failedFor(code, words);
  return { ...because(code, words), attempts: row.attempts + 1, dueAt: after(now, waitMs) };
};

export const signInAgain = (row: SequencerExport, words: string, now: Date): ExportChange =>
  againLater(row, 'sign_in_failed', words, now, signInWaitsMs);

/** The target has accepted it and has not said yes or no. */
export const lookAgain = (row: SequencerExport, now: Date): ExportChange =>
  now.getTime() - row.stageSince.getTime() >= CONNECTS_WITHIN_MS
    ? failedFor('not_connected_in_time', row.words)
    : {
        attempts: row.attempts + 1,
        dueAt: after(now, lookWaitsMs[row.attempts] ?? LOOK_WAIT_MS),
      };

/** It was not found: looked for once more, and handed over again when it stays away. */
export const findAgain = (row: SequencerExport, now: Date): ExportChange => {
  const waitMs = findWaitsMs[row.attempts];
  if (waitMs !== undefined) return { attempts: row.attempts + 1, dueAt: after(now, waitMs) };
  return handOverAgain(row, now);
};

export const handOverAgain = (row: SequencerExport, now: Date): ExportChange =>
  row.restarts >= MOST_UNKNOWN
    ? failedFor('outcome_unknown', row.words)
    : { ...goTo('upsert', now), restarts: row.restarts + 1 };

/** Its answer got lost: it is looked for before anything is done again. */
export const lost = (words: string | null, now: Date): ExportChange => ({
  ...goTo('find', now, after(now, findWaitsMs[0]!)),
  ...because('outcome_unknown', words),
});

/** The target says no after it had accepted: from the start, a few times. */
export const beginAgain = (
  row: SequencerExport,
  code: ExportCode,
  words: string | null,
  now: Date,
): ExportChange => {
  if (row.restarts >= MOST_RESTARTS) return failedFor(code, words);
  const dueAt = after(now, retryWaitsMs[row.restarts + 1]!);
  return {
    ...goTo('sign_in', now, dueAt),
    status: 'processing',
    ...because(code, words),
    restarts: row.restarts + 1,
  };
};

/** A refusal that says no for good: why, in a word. Null for failures that pass. */
export const finalCode = (kind: FailureKind): ExportCode | null => {
  if (kind === 'rejected') return 'refused_by_target';
  return kind === 'insufficientFunds' ? 'plan_limit_at_target' : null;
};

/** A call that failed and changed nothing, or may be repeated as it is. */
export const callFailed = (
  row: SequencerExport,
  { kind, retryAfterMs }: Failure,
  words: string,
  now: Date,
): ExportChange => {
  if (kind === 'rateLimited') return { dueAt: after(now, retryAfterMs ?? MINUTE_MS) };
  const code = finalCode(kind);
  if (code) return failedFor(code, words);
  const passing = kind === 'conflict' || kind === 'notFound' ? 'target_busy' : 'target_unreachable';
  return againLater(row, passing, words, now);
};

/** What the target said, without the words we put around it. */
export const wordsOf = (message: string): string => message.replace(/^[^:]{1,40} says: /, '');
