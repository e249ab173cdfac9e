// Mailbox names as arguments and in responses.
import { quotedString } from '../message/imap-string.ts';
import { decodeMailboxName, encodeMailboxName, normalizeMailboxName } from './mailbox-names.ts';
import type { CommandParser } from './parser.ts';
import { CommandRefused } from './replies.ts';

/** The stored form of a name. One that no mailbox can have is refused, not taken for a mistake in the grammar. */
export const readMailbox = (parser: CommandParser): string => {
  const decoded = decodeMailboxName(parser.astring());
  const name = decoded === null ? null : normalizeMailboxName(decoded);
  if (name === null) throw new CommandRefused('No mailbox can have that name', 'CANNOT');
  return name;
};

export const formatMailbox = (name: string): string => quotedString(encodeMailboxName(name));
