// STATUS data of a folder (RFC 9051 §6.3.11; SIZE RFC 8438, HIGHESTMODSEQ RFC 7162, APPENDLIMIT RFC 7889).
import { type Folder, folderDeletedCount, folderRecentCount } from '../store/folder.ts';
import { formatMailbox } from './mailbox-argument.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand } from './replies.ts';
import { recentCount } from './selected-folder.ts';
import type { Session } from './session.ts';

// Counters of the folder are kept; RECENT and DELETED are counted when asked for.
type Value = (session: Session, folder: Folder) => number | string | Promise<number>;

// What nobody has been shown yet, and what this session was shown itself.
const recentCountFor: Value = async ({ plane, folder: selected }, folder) => {
  const unclaimed = await folderRecentCount(plane.db, folder);
  const own = selected?.id === folder.id && !selected.readOnly ? recentCount(selected) : 0;
  return unclaimed + own;
};

const values = new Map<string, Value>(
  Object.entries({
    MESSAGES: (_, folder) => folder.messageCount,
    UIDNEXT: (_, folder) => folder.uidNext,
    UIDVALIDITY: (_, folder) => folder.uidValidity,
    UNSEEN: (_, folder) => folder.unseenCount,
    SIZE: (_, folder) => folder.sizeBytes,
    HIGHESTMODSEQ: (_, folder) => folder.modseq,
    MAILBOXID: (_, folder) => `(${mailboxId(folder)})`, // RFC 8474 §4.3
    APPENDLIMIT: (session) => session.plane.limits.messageBytes,
    RECENT: recentCountFor,
    DELETED: (session, folder) => folderDeletedCount(session.plane.db, folder),
  } satisfies Record<string, Value>),
);

/** RFC 8474 §4: stays with the folder when it is renamed. */
export const mailboxId = ({ id }: { id: string }): string => `F${id}`;

export type StatusItems = readonly string[];

/** `(MESSAGES UNSEEN …)`; what is asked for twice is answered once. */
export const readStatusItems = (parser: CommandParser): StatusItems => [
  ...new Set(
    parser.list(() => {
      const item = parser.keyword();
      if (!values.has(item)) throw new BadCommand('Unknown status item');
      return item;
    }),
  ),
];

/** The untagged STATUS response. Asking for HIGHESTMODSEQ turns CONDSTORE on (RFC 7162 §3.1). */
export const statusLine = async (session: Session, folder: Folder, items: StatusItems): Promise<string> => {
  if (items.includes('HIGHESTMODSEQ')) session.enableCondstore();
  const pairs: string[] = [];
  for (const item of items) pairs.push(`${item} ${await values.get(item)!(session, folder)}`);
  return `* STATUS ${formatMailbox(folder.name)} (${pairs.join(' ')})`;
};
