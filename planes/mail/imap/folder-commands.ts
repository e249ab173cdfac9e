// Commands about whole folders (RFC 9051 §6.3; UNSELECT §6.4.2; CREATE-SPECIAL-USE RFC 6154 §3).
import { FolderNotFound } from '../store/errors.ts';
import { messagesExpunged } from '../store/expunge.ts';
import {
  folderByName,
  folderCreated,
  folderRemoved,
  folderRenamed,
  subscriptionAdded,
  subscriptionRemoved,
} from '../store/folder.ts';
import { inboxRenamed } from '../store/transfer.ts';
import type { CommandRun } from './command-table.ts';
import { readMailbox } from './mailbox-argument.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand, CommandRefused, ok, type Reply } from './replies.ts';
import { type Resync, readResync, writeResync } from './resync.ts';
import { flagLines, selectFolder } from './selected-folder.ts';
import type { Session } from './session.ts';
import { mailboxId, readStatusItems, statusLine } from './status.ts';

export const select: CommandRun = (session, parser) => open(session, parser, false);

export const examine: CommandRun = (session, parser) => open(session, parser, true);

// RFC 9051 §6.3.2 lists the responses; UNSEEN and RECENT are of RFC 3501 §6.3.1, HIGHESTMODSEQ of RFC 7162 §3.1.2.
const open = async (session: Session, parser: CommandParser, readOnly: boolean): Promise<Reply> => {
  parser.space();
  const name = readMailbox(parser);
  const { condstore, resync } = readSelectParameters(parser, session);
  parser.end();
  // The old folder is closed even when the new one cannot be opened (RFC 9051 §6.3.2).
  if (session.folder) session.write('* OK [CLOSED] Previous mailbox closed');
  session.unselect();
  const folder = await selectFolder(session.plane.db, session.mailboxId, name, readOnly);
  if (condstore) session.condstore = true;
  session.select(folder);
  const { snapshot, uids } = folder;
  const lines = [...flagLines(folder), `* ${uids.length} EXISTS`, `* ${folder.shownRecent} RECENT`];
  if (snapshot.firstUnseenUid !== null) {
    lines.push(`* OK [UNSEEN ${uids.sequenceOf(snapshot.firstUnseenUid)}] First unseen`);
  }
  lines.push(
    `* OK [UIDVALIDITY ${snapshot.uidValidity}] UIDs valid`,
    `* OK [UIDNEXT ${snapshot.uidNext}] Predicted next UID`,
    `* OK [HIGHESTMODSEQ ${snapshot.modseq}] Highest`,
    `* OK [MAILBOXID (${mailboxId(snapshot)})] Name of the mailbox for good`,
  );
  for (const line of lines) session.write(line);
  if (resync?.uidValidity === snapshot.uidValidity) await writeResync(session, resync);
  return readOnly ? ok('EXAMINE completed', 'READ-ONLY') : ok('SELECT completed', 'READ-WRITE');
};

/** `(CONDSTORE)`, `(QRESYNC (…))`; RFC 4466 §2.1 makes unknown parameters an error. */
const readSelectParameters = (parser: CommandParser, session: Session) => {
  const parameters: { condstore: boolean; resync: Resync | null } = { condstore: false, resync: null };
  if (!parser.more()) return parameters;
  parser.listOrEmpty(() => {
    const name = parser.keyword();
    if (name === 'QRESYNC') {
      if (!session.qresync) throw new BadCommand('Enable QRESYNC first');
      parser.space();
      parameters.resync = readResync(parser);
    } else if (name === 'CONDSTORE') parameters.condstore = true;
    else throw new BadCommand('Unknown parameter');
  });
  return parameters;
};

export const close: CommandRun = async (session, parser) => {
  parser.end();
  const { id, readOnly, uids } = session.selected;
  // Without telling of it: nothing is left to tell it about (RFC 9051 §6.4.1).
  if (!readOnly) await messagesExpunged(session.plane.db, session.mailboxId, id, [[1, uids.lastUid]]);
  session.unselect();
  return ok('CLOSE completed');
};

export const unselect: CommandRun = async (session, parser) => {
  parser.end();
  session.unselect();
  return ok('UNSELECT completed');
};

// RFC 6154 §2.
const specialUses = new Map(
  ['\\All', '\\Archive', '\\Drafts', '\\Flagged', '\\Junk', '\\Sent', '\\Trash'].map((use) => [
    use.toUpperCase(),
    use,
  ]),
);

export const createFolder: CommandRun = async (session, parser) => {
  parser.space();
  const name = readMailbox(parser);
  const specialUse = parser.take(' (USE ') ? readSpecialUse(parser) : null;
  parser.end();
  const id = await folderCreated(session.plane.db, session.mailboxId, name, specialUse);
  return ok('CREATE completed', `MAILBOXID (${mailboxId({ id })})`);
};

const readSpecialUse = (parser: CommandParser): string => {
  const uses = parser.list(() => parser.flag());
  parser.expect(')');
  const known = uses.length === 1 ? specialUses.get(uses[0]!.toUpperCase()) : undefined;
  if (!known) throw new CommandRefused('A mailbox cannot be used for that', 'USEATTR');
  return known;
};

/** Other sessions that have the folder selected are disconnected; this one is left without a folder. */
export const deleteFolder: CommandRun = async (session, parser) => {
  parser.space();
  const name = readMailbox(parser);
  parser.end();
  const own = session.folder;
  await folderRemoved(session.plane.db, session.mailboxId, name);
  if (own?.name === name) session.unselect();
  return ok('DELETE completed');
};

/** RFC 9051 §6.3.6. Subscriptions stay with the old name. */
export const renameFolder: CommandRun = async (session, parser) => {
  parser.space();
  const from = readMailbox(parser);
  parser.space();
  const to = readMailbox(parser);
  parser.end();
  const { db } = session.plane;
  if (from === 'INBOX') await inboxRenamed(db, session.mailboxId, to);
  else await folderRenamed(db, session.mailboxId, from, to);
  return ok('RENAME completed');
};

export const subscribe: CommandRun = async (session, parser) => {
  parser.space();
  const name = readMailbox(parser);
  parser.end();
  // Also names without a folder: a subscription outlives its folder, and may come before it.
  await subscriptionAdded(session.plane.db, session.mailboxId, name);
  return ok('SUBSCRIBE completed');
};

export const unsubscribe: CommandRun = async (session, parser) => {
  parser.space();
  const name = readMailbox(parser);
  parser.end();
  await subscriptionRemoved(session.plane.db, session.mailboxId, name);
  return ok('UNSUBSCRIBE completed');
};

export const folderStatus: CommandRun = async (session, parser) => {
  parser.space();
  const name = readMailbox(parser);
  parser.space();
  const items = readStatusItems(parser);
  parser.end();
  const folder = await folderByName(session.plane.db, session.mailboxId, name);
  if (!folder) throw new FolderNotFound();
  session.write(await statusLine(session, folder, items));
  return ok('STATUS completed');
};
