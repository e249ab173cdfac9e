// Writing down that mailboxes are to be handed to sequencers; the worker does the rest.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { recordEvents } from '../events/index.ts';
import type { Mailbox } from '../mailboxes/index.ts';
import { exportMoved } from './events.ts';
import { readinessOf, type SequencerExport } from './export.ts';
import { exportsInsert, exportsLock, exportsOfMailboxes } from './export-store.ts';
import { after, because } from './judge.ts';
import { restartExports } from './restart.ts';
import { showUse } from './use.ts';

/** One that is being made wakes its exports when it is ready; this is for one that was a moment faster. */
const LOOKS_AT_MAILBOX_EVERY_MS = 10 * 60_000;

export type HandedOver = {
  created: SequencerExport[];
  /** Failed or being removed before, and begun anew. */
  restarted: SequencerExport[];
  duplicates: SequencerExport[];
};

/** One export for each pair. Pairs that there are already stay as they are, and begin anew when they failed. */
export const handOver = async (
  tx: Tx,
  pairs: readonly { sequencerUid: string; mailbox: Mailbox }[],
  now: Date,
): Promise<HandedOver> => {
  const wanted = pairs.map(({ sequencerUid, mailbox }): SequencerExport => {
    const waits = readinessOf(mailbox.status) === 'coming';
    return {
      uid: newId(),
      teamUid: mailbox.teamUid,
      workspaceUid: mailbox.workspaceUid,
      sequencerUid,
      mailboxUid: mailbox.uid,
      status: 'queued',
      stage: waits ? 'waiting' : 'sign_in',
      stageSince: now,
      ...(waits ? because('waiting_for_mailbox') : { code: null, message: null, words: null }),
      targetId: null,
      ticket: null,
      targetAddress: null,
      leftovers: [],
      attempts: 0,
      restarts: 0,
      generation: 0,
      dueAt: waits ? after(now, LOOKS_AT_MAILBOX_EVERY_MS) : now,
      connectedAt: null,
      checkedAt: null,
      createdAt: now,
      updatedAt: now,
    };
  });
  if (wanted.length === 0) return { created: [], restarted: [], duplicates: [] };
  const created = await exportsInsert(tx, wanted);
  const isNew = new Set(created.map(({ uid }) => uid));
  const others = wanted.filter(({ uid }) => !isNew.has(uid));
  const key = (row: Pick<SequencerExport, 'sequencerUid' | 'mailboxUid'>) =>
    `${row.sequencerUid} ${row.mailboxUid}`;
  const known = await exportsLock(tx, {
    sequencerUids: [...new Set(others.map(({ sequencerUid }) => sequencerUid))],
    mailboxUids: [...new Set(others.map(({ mailboxUid }) => mailboxUid))],
  });
  const asked = new Set(others.map(key));
  const there = known.filter((row) => asked.has(key(row)));
  const restarted = there.filter(({ status }) => status === 'failed' || status === 'removing');
  const emails = new Map(pairs.map(({ mailbox }) => [mailbox.uid, mailbox.address]));
  await recordEvents(
    tx,
    created.map((row) => exportMoved(row, { email: emails.get(row.mailboxUid)!, previous: null }, now)),
  );
  await restartExports(
    tx,
    restarted.map((row) => ({ row, cause: 'asked' })),
    now,
  );
  await showUse(
    tx,
    created.map(({ mailboxUid }) => mailboxUid),
  );
  return { created, restarted, duplicates: there.filter((row) => !restarted.includes(row)) };
};

/** Hands mailboxes to the sequencers that others were handed to, whose place they take. */
export const handOverInPlaceOf = async (
  tx: Tx,
  replacements: readonly { formerUid: string; mailbox: Mailbox }[],
  now: Date,
): Promise<void> => {
  const former = await exportsOfMailboxes(
    tx,
    replacements.map(({ formerUid }) => formerUid),
  );
  const successor = new Map(replacements.map(({ formerUid, mailbox }) => [formerUid, mailbox]));
  const pairs = former.map(({ sequencerUid, mailboxUid }) => ({
    sequencerUid,
    mailbox: successor.get(mailboxUid)!,
  }));
  await handOver(tx, pairs, now);
};
