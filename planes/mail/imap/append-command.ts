// APPEND (RFC 9051 §6.3.12; APPENDUID RFC 4315, several messages at once RFC 3502, binary ones RFC 3516 §4.4).
import { type MessageDelivery, messagesDelivered } from '../store/deliver.ts';
import type { CommandRun } from './command-table.ts';
import { readDateTime } from './dates.ts';
import { readFlags } from './flag-argument.ts';
import { readMailbox } from './mailbox-argument.ts';
import type { CommandParser } from './parser.ts';
import { CommandRefused, ok } from './replies.ts';
import { formatSet } from './sequence-set.ts';

/**
 * Stores messages with the given flags and dates, all or none. The reader has checked their size before it took the
 * literals. When the folder is the selected one, its EXISTS comes before the tagged response like any other change.
 */
export const append: CommandRun = async (session, parser) => {
  parser.space();
  const folder = readMailbox(parser);
  const { mailboxId, plane } = session;
  const messages: MessageDelivery[] = [];
  do {
    parser.space();
    messages.push({ mailboxId, folder, ...readMessage(parser) });
  } while (parser.peek() === ' ' && !parser.onlySpaces());
  parser.end();
  if (messages.some(({ raw }) => raw.length === 0)) throw new CommandRefused('The message is empty');
  const delivered = await messagesDelivered(plane.db, messages);
  const uids = formatSet(delivered.map(({ uid }) => uid));
  return ok('APPEND completed', `APPENDUID ${delivered[0]!.uidValidity} ${uids}`);
};

const readMessage = (parser: CommandParser) => {
  const flags = parser.peek() === '(' ? readFlags(parser) : [];
  if (parser.peek() === ' ') parser.space();
  const received = parser.peek() === '"' ? readDateTime(parser) : { date: new Date(), offsetMin: 0 };
  if (parser.peek() === ' ') parser.space();
  // A literal of binary data is stored as it is, like any other.
  parser.take('~');
  const raw = parser.literal();
  return { raw, flags, internalDate: received.date, internalDateOffsetMin: received.offsetMin };
};
