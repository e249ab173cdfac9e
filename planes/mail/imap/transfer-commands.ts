// COPY, MOVE and EXPUNGE (RFC 9051 §6.4; UIDPLUS RFC 4315, MOVE RFC 6851).
import { FolderNotFound } from '../store/errors.ts';
import { messagesExpunged } from '../store/expunge.ts';
import { folderByName } from '../store/folder.ts';
import { messagesCopied, messagesMoved, type Transferred } from '../store/transfer.ts';
import type { CommandRun } from './command-table.ts';
import { readMailbox } from './mailbox-argument.ts';
import type { CommandParser } from './parser.ts';
import { CommandRefused, ok } from './replies.ts';
import { uidsOfSet } from './selected-folder.ts';
import { formatSet, rangesOf, readMessageSet } from './sequence-set.ts';
import type { Session } from './session.ts';

/**
 * All of the messages or none (RFC 9051 §6.4.7). Those that others removed meanwhile are missed when they are named by
 * their numbers, and passed over by UID (§6.4.9) and in `$` (RFC 5182 §2.1).
 */
export const copyMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser) => {
    const { named, ...transfer } = await readTransfer(session, parser, byUid);
    const copied = await messagesCopied(session.plane.db, transfer, named);
    return ok('COPY completed', copyUid(copied));
  };

/** As one step, so that a message is never in both folders or in none (RFC 6851 §3.3). */
export const moveMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser) => {
    if (session.selected.readOnly) throw readOnly();
    // Other than a copy, a move may succeed in part (RFC 6851 §3.3).
    const transfer = await readTransfer(session, parser, byUid);
    const moved = await messagesMoved(session.plane.db, transfer);
    const code = copyUid(moved);
    // Before the EXPUNGE responses, which come with the other changes (RFC 6851 §4.3).
    if (code) session.write(`* OK [${code}] Moved`);
    return ok('MOVE completed', code ? modseqCode(session) : undefined);
  };

const readTransfer = async (session: Session, parser: CommandParser, byUid: boolean) => {
  parser.space();
  const set = readMessageSet(parser);
  parser.space();
  const name = readMailbox(parser);
  parser.end();
  const { plane, mailboxId, selected } = session;
  const uids = uidsOfSet(selected, set, byUid);
  const target = await folderByName(plane.db, mailboxId, name);
  if (!target) throw new FolderNotFound();
  const named = byUid || set === '$' ? 0 : uids.length;
  return { mailboxId, fromFolderId: selected.id, toFolderId: target.id, ranges: rangesOf(uids), named };
};

const copyUid = ({ uidValidity, fromUids, toUids }: Transferred): string | undefined =>
  fromUids.length > 0 ? `COPYUID ${uidValidity} ${formatSet(fromUids)} ${formatSet(toUids)}` : undefined;

/** Removes only what this session knows of: a message that arrived since is not the client's to remove. */
export const expunge: CommandRun = async (session, parser) => {
  parser.end();
  const { plane, mailboxId, selected } = session;
  if (selected.readOnly) throw readOnly();
  const removed = await messagesExpunged(plane.db, mailboxId, selected.id, [[1, selected.uids.lastUid]]);
  return ok('EXPUNGE completed', removed.length > 0 ? modseqCode(session) : undefined);
};

export const uidExpunge: CommandRun = async (session, parser) => {
  parser.space();
  const set = readMessageSet(parser);
  parser.end();
  const { plane, mailboxId, selected } = session;
  if (selected.readOnly) throw readOnly();
  const ranges = rangesOf(uidsOfSet(selected, set, true));
  const removed = await messagesExpunged(plane.db, mailboxId, selected.id, ranges);
  return ok('EXPUNGE completed', removed.length > 0 ? modseqCode(session) : undefined);
};

// How far the client has been told of changes once it has the reply (RFC 7162 §3.2.7); QRESYNC turns CONDSTORE on.
const modseqCode = (session: Session) =>
  session.condstore ? () => `HIGHESTMODSEQ ${session.folder?.modseq ?? 1}` : undefined;

const readOnly = () => new CommandRefused('The mailbox is open for reading only', 'READ-ONLY');
