// Telling of keywords before they are used.
import { flagLines } from './selected-folder.ts';
import type { Session } from './session.ts';

/** A keyword that the client has not been told of is announced before it is used (RFC 9051 §7.3.5). */
export const announceKeywords = (session: Session, rows: readonly { flags: readonly string[] }[]): void => {
  const folder = session.selected;
  const known = new Set(folder.keywords);
  const used = new Set(rows.flatMap((row) => row.flags.filter((flag) => !flag.startsWith('\\'))));
  const added = [...used].filter((keyword) => !known.has(keyword));
  if (added.length === 0) return;
  folder.keywords = [...folder.keywords, ...added];
  for (const line of flagLines(folder)) session.write(line);
};
