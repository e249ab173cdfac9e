// Beginning an export anew: because the mailbox changed, because it dropped out, or because somebody asked for it.
import type { Tx } from '../../../database/database.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxesOfUids } from '../mailboxes/index.ts';
import { exportMoved } from './events.ts';
import type { SequencerExport } from './export.ts';
import { type ExportChange, exportUpdate } from './export-store.ts';
import { showUse } from './use.ts';

export type Restart = { row: SequencerExport; change?: ExportChange; cause: string };

/** From the sign-in on. Whatever a worker is doing with it counts no longer. */
const fromTheStart = (row: SequencerExport, now: Date): ExportChange => ({
  status: row.connectedAt === null ? 'queued' : 'processing',
  stage: 'sign_in',
  stageSince: now,
  code: null,
  message: null,
  words: null,
  attempts: 0,
  restarts: 0,
  generation: row.generation + 1,
  dueAt: now,
});

/** For rows that the transaction has locked; the last thing it does. */
export const restartExports = async (tx: Tx, restarts: readonly Restart[], now: Date): Promise<void> => {
  if (restarts.length === 0) return;
  const mailboxes = await mailboxesOfUids(
    tx,
    restarts.map(({ row }) => row.mailboxUid),
  );
  const events = [];
  for (const { row, change, cause } of restarts) {
    const whole = { ...fromTheStart(row, now), ...change };
    await exportUpdate(tx, row.uid, whole, now);
    const moved = { ...row, ...whole };
    const email = mailboxes.get(row.mailboxUid)?.address ?? '';
    events.push(exportMoved(moved, { email, previous: row.status, cause }, now));
  }
  await recordEvents(tx, events);
  await showUse(
    tx,
    restarts.map(({ row }) => row.mailboxUid),
  );
};
