// The role of files that people import into a sequencer by hand: rows of mailboxes with their logins, in the columns
// that the importer of a sequencer wants.
import type { SequencerMailbox, SequencerTuning } from './sequencer.ts';

export type SequencerFile = {
  layouts: readonly { key: string; title: string }[];
  /** CSV (RFC 4180) with a header. Secrets and names stand in it as they are. */
  write(layout: string, rows: readonly { mailbox: SequencerMailbox; tuning: SequencerTuning }[]): string;
};
