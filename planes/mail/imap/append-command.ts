// APPEND (RFC 9051 §6.3.12; APPENDUID RFC 4315).
import { deliverMessage } from '../store/deliver.ts';
import type { CommandRun } from './command-table.ts';
import { readDateTime } from './dates.ts';
import { readFlags } from './flag-argument.ts';
import { readMailbox } from './mailbox-argument.ts';
import { CommandRefused, ok } from './replies.ts';

/**
 * Stores a message with the given flags and date. The reader has checked the size before it took the literal. When
 * the folder is the selected one, its EXISTS comes before the tagged response like any other change.
 */
export const append: CommandRun = async (session, parser) => {
  parser.space();
  const folder = readMailbox(parser);
  parser.space();
  const flags = parser.peek() === '(' ? readFlags(parser) : [];
  if (parser.peek() === ' ') parser.space();
  const received = parser.peek() === '"' ? readDateTime(parser) : { date: new Date(), offsetMin: 0 };
  if (parser.peek() === ' ') parser.space();
  const raw = parser.literal();
  parser.end();
  if (raw.length === 0) throw new CommandRefused('The message is empty');
  const { uid, uidValidity } = await deliverMessage(session.plane.db, {
    mailboxId: session.mailboxId,
    folder,
    raw,
    flags,
    internalDate: received.date,
    internalDateOffsetMin: received.offsetMin,
  });
  return ok('APPEND completed', `APPENDUID ${uidValidity} ${uid}`);
};
