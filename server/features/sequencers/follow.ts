// Follows what happens to mailboxes: a password or a name that changed goes to every target that has the mailbox, one
// that is ready goes out, and one that ended is taken away. Any number of processes may; one at a time does.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { eventsAfter, lastPosition, type PlacedEvent, placeEvents } from '../events/index.ts';
import type { MailboxStatus } from '../mailboxes/index.ts';
import { type ExportCode, passingCodes, readinessOf, type SequencerExport } from './export.ts';
import { exportsLock, followAdvance, followLock, followPosition } from './export-store.ts';
import { type Restart, restartExports } from './restart.ts';

const EVENTS_AT_ONCE = 200;
const types = [
  'mailbox.password_changed',
  'mailbox.name_changed',
  'mailbox.username_changed',
  'mailbox.status_changed',
];

export const followMailboxes = async ({ db, clock }: { db: Db; clock: Clock }): Promise<void> => {
  await placeEvents(db);
  while ((await lastPosition(db)) > (await followPosition(db))) {
    if (!(await inTransaction(db, (tx) => follow(tx, clock.now())))) return;
  }
};

/** Answers whether it was this process's turn. */
const follow = async (tx: Tx, now: Date): Promise<boolean> => {
  const position = await followLock(tx);
  if (position === null) return false;
  const upTo = await lastPosition(tx);
  const events = await eventsAfter(tx, { position, upTo, limit: EVENTS_AT_ONCE }, { types });
  await followAdvance(tx, events.length < EVENTS_AT_ONCE ? upTo : events.at(-1)!.position);
  const ofMailbox = Map.groupBy(events, ({ subjectUid }) => subjectUid);
  if (ofMailbox.size === 0) return true;
  const rows = await exportsLock(tx, { mailboxUids: [...ofMailbox.keys()] });
  const restarts = rows.flatMap((row) => restartOf(row, ofMailbox.get(row.mailboxUid)!));
  await restartExports(tx, restarts, now);
  return true;
};

/** What all of these events about its mailbox mean for an export: one new beginning at most. */
const restartOf = (row: SequencerExport, events: readonly PlacedEvent[]): Restart[] => {
  if (row.stage === 'remove' || row.stage === 'file') return [];
  const last = events.at(-1)!;
  const cause = last.type.replace('mailbox.', '');
  const renames = events.filter(({ type }) => type === 'mailbox.username_changed');
  const credentials = events.some(({ type }) => type !== 'mailbox.status_changed');
  const status = events.findLast(({ type }) => type === 'mailbox.status_changed')?.data.status;
  const wakes = status !== undefined && isWokenBy(row, status as MailboxStatus);
  if (row.code === 'credential_refused' || (!credentials && !wakes)) return [];
  if (row.stage === 'waiting') return wakes ? [{ row, cause }] : [];
  if (renames.length === 0) return [{ row, cause }];
  const former = renames.map(({ data }, index) => ({
    address: String(data.previous_email),
    id: index === 0 ? row.targetId : null,
  }));
  const leftovers = [...row.leftovers, ...former];
  return [{ row, cause, change: { leftovers, targetId: null, ticket: null, targetAddress: null } }];
};

/** It is ready, or over; what failed for a reason that may have passed with it is tried again. */
const isWokenBy = ({ stage, status, code }: SequencerExport, told: MailboxStatus): boolean => {
  const readiness = readinessOf(told);
  if (readiness === 'gone') return code !== 'mailbox_gone';
  if (readiness !== 'ready') return false;
  const passing: readonly ExportCode[] = passingCodes;
  return stage === 'waiting' || (status === 'failed' && code !== null && passing.includes(code));
};
