// QUOTA (RFC 9208): one root, the mailbox, with a limit on storage.

import { FolderNotFound } from '../store/errors.ts';
import { folderByName } from '../store/folder.ts';
import { mailboxUsage } from '../store/mailbox.ts';
import type { CommandRun } from './command-table.ts';
import { formatMailbox, readMailbox } from './mailbox-argument.ts';
import { CommandRefused, ok } from './replies.ts';
import type { Session } from './session.ts';

const quotaLine = async ({ plane, mailboxId }: Session): Promise<string> => {
  const { sizeBytes, quotaBytes } = await mailboxUsage(plane.db, mailboxId);
  // In units of 1024 octets (RFC 9208 §5.1).
  return `* QUOTA "" (STORAGE ${Math.ceil(sizeBytes / 1024)} ${Math.floor(quotaBytes / 1024)})`;
};

export const getQuota: CommandRun = async (session, parser) => {
  parser.space();
  // Python's imaplib sends the empty name without quotes, as nothing.
  const root = parser.atEnd() ? '' : parser.astring();
  parser.end();
  if (root !== '') throw new CommandRefused('There is no such quota root', 'NONEXISTENT');
  session.write(await quotaLine(session));
  return ok('GETQUOTA completed');
};

export const getQuotaRoot: CommandRun = async (session, parser) => {
  parser.space();
  const name = readMailbox(parser);
  parser.end();
  if (!(await folderByName(session.plane.db, session.mailboxId, name))) throw new FolderNotFound();
  session.write(`* QUOTAROOT ${formatMailbox(name)} ""`);
  session.write(await quotaLine(session));
  return ok('GETQUOTAROOT completed');
};

export const setQuota: CommandRun = async (_session, parser) => {
  parser.space();
  parser.astring();
  parser.space();
  parser.listOrEmpty(() => {
    parser.keyword();
    parser.space();
    parser.number();
  });
  parser.end();
  throw new CommandRefused('The quota is not set over IMAP', 'NOPERM');
};
