// How a command ends: its tagged response, and the errors that become one.
import { sqlState } from '../../../database/database.ts';
import {
  FolderExists,
  FolderNotFound,
  LimitReached,
  MailboxNotFound,
  MailStoreRefusal,
  QuotaExceeded,
} from '../store/errors.ts';

export type Reply = { status: 'OK' | 'NO' | 'BAD'; code?: string; text: string };

export const ok = (text: string, code?: string): Reply => ({ status: 'OK', text, ...(code && { code }) });

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

export const formatReply = (tag: string, { status, code, text }: Reply): string =>
  `${tag} ${status} ${code ? `[${code}] ` : ''}${text}\r\n`;

/**
 * The tagged response for an error, and whether someone has to look at it. `mayCreate`: the command names a
 * folder that the client could create and try again (RFC 9051 §7.1, TRYCREATE).
 */
export const replyForError = (error: unknown, mayCreate: boolean): { reply: Reply; unexpected: boolean } => {
  const no = (text: string, code: string) => ({
    reply: { status: 'NO', code, text } as Reply,
    unexpected: false,
  });
  if (error instanceof BadCommand)
    return { reply: { status: 'BAD', text: error.message }, unexpected: false };
  if (error instanceof CommandRefused) {
    return { reply: { status: 'NO', text: error.message, code: error.code }, unexpected: false };
  }
  if (error instanceof FolderNotFound) return no(error.message, mayCreate ? 'TRYCREATE' : 'NONEXISTENT');
  if (error instanceof MailboxNotFound) return no(error.message, 'NONEXISTENT');
  if (error instanceof FolderExists) return no(error.message, 'ALREADYEXISTS');
  if (error instanceof QuotaExceeded) return no(error.message, 'OVERQUOTA');
  if (error instanceof LimitReached) return no(error.message, 'LIMIT');
  if (error instanceof MailStoreRefusal) return no(error.message, 'CANNOT');
  // An answer of the server is about this statement; without one the server could not be asked.
  const state = sqlState(error);
  const away = state === undefined || /^(08|53|57)/.test(state);
  const text = away ? 'The mail store cannot be reached, try again later' : 'Something went wrong';
  return { reply: { status: 'NO', code: away ? 'UNAVAILABLE' : 'SERVERBUG', text }, unexpected: true };
};
