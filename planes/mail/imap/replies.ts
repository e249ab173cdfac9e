// How a command ends: its tagged response, and the errors that become one.
import { sqlState } from '../../../database/database.ts';
import {
  FolderExists,
  FolderNotFound,
  LimitReached,
  MailboxNotFound,
  MailStoreRefusal,
  MessagesGone,
  QuotaExceeded,
} from '../store/errors.ts';

/** A code that only the changes told before the reply decide is a function. */
export type ReplyCode = string | (() => string);

export type Reply = { status: 'OK' | 'NO' | 'BAD'; code?: ReplyCode; text: string };

export const ok = (text: string, code?: ReplyCode): Reply => ({ status: 'OK', text, ...(code && { code }) });

/** Ends a command with NO; `code` is a response code of RFC 9051 §7.1. */
export class CommandRefused extends Error {
  readonly code: string | undefined;
  constructor(text: string, code?: string) {
    super(text);
    this.code = code;
  }
}

/** Ends a command with BAD: it is not IMAP, or not now. */
export class BadCommand extends Error {}

export const formatReply = (tag: string, { status, code, text }: Reply): string => {
  const shown = typeof code === 'function' ? code() : code;
  return `${tag} ${status} ${shown ? `[${shown}] ` : ''}${text}\r\n`;
};

/** `away`: the database could not be asked. `bug`: something that must not happen. */
export type Trouble = 'away' | 'bug';

/**
 * The tagged response for an error, and whether someone has to look at it. `mayCreate`: the command names a
 * folder that the client could create and try again (RFC 9051 §7.1, TRYCREATE).
 */
export const replyForError = (error: unknown, mayCreate: boolean): { reply: Reply; trouble?: Trouble } => {
  if (error instanceof BadCommand) return { reply: { status: 'BAD', text: error.message } };
  if (error instanceof CommandRefused) {
    return { reply: { status: 'NO', text: error.message, ...(error.code && { code: error.code }) } };
  }
  if (error instanceof MailStoreRefusal) {
    return { reply: { status: 'NO', code: refusalCode(error, mayCreate), text: error.message } };
  }
  if (isDatabaseAway(error)) {
    const text = 'The mail store cannot be reached, try again later';
    return { reply: { status: 'NO', code: 'UNAVAILABLE', text }, trouble: 'away' };
  }
  return { reply: { status: 'NO', code: 'SERVERBUG', text: 'Something went wrong' }, trouble: 'bug' };
};

const refusalCode = (error: MailStoreRefusal, mayCreate: boolean): string => {
  if (error instanceof FolderNotFound) return mayCreate ? 'TRYCREATE' : 'NONEXISTENT';
  if (error instanceof MailboxNotFound) return 'NONEXISTENT';
  if (error instanceof FolderExists) return 'ALREADYEXISTS';
  if (error instanceof QuotaExceeded) return 'OVERQUOTA';
  if (error instanceof MessagesGone) return 'EXPUNGEISSUED'; // RFC 5530 §3
  return error instanceof LimitReached ? 'LIMIT' : 'CANNOT';
};

const ownMistakes = [TypeError, RangeError, ReferenceError, SyntaxError];

// With an SQLSTATE the server answered: classes 08, 53 and 57 are about it, all others about the statement
// (PostgreSQL manual, appendix A). Without one nobody answered.
export const isDatabaseAway = (error: unknown): boolean => {
  const state = sqlState(error);
  if (state !== undefined) return /^(08|53|57)/.test(state);
  return !ownMistakes.some((mistake) => error instanceof mistake);
};
