// Front door of mailboxes.
import type { Db } from '../../../database/database.ts';
import { buyMailboxes } from './buy.endpoint.ts';
import { buy } from './buy.workflow.ts';
import { mailboxDetails } from './details.endpoint.ts';
import { listMailboxes } from './list.endpoint.ts';
import { showCredentials } from './show-credentials.endpoint.ts';
import { mailboxStatus } from './status.endpoint.ts';
import { mailboxesOnDomains } from './store.ts';

export { MAX_MAILBOXES } from './buy.endpoint.ts';
export { buyId as buyMailboxId, failMailbox } from './buy.workflow.ts';
export {
  duplicateMailbox,
  invalidUsername,
  mailboxErrors,
  mailboxExists,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from './errors.ts';
export type { Mailbox, MailboxStatus } from './mailbox.ts';
export { checkWishes, insertMailboxes, type MailboxWish, mailboxLine } from './purchase.ts';
export { personName, platform } from './schema.ts';
export { mailboxCountsFold, mailboxesOfUids, mailboxTotals } from './store.ts';
export { buy as buyMailbox };

export const mailboxWorkflows = [buy];
export const mailboxEndpoints = [buyMailboxes, listMailboxes, mailboxDetails, mailboxStatus, showCredentials];

/** How many live mailboxes each of these domains has. */
export const countMailboxes = async (db: Db, domainUids: string[]): Promise<Map<string, number>> => {
  const held = await mailboxesOnDomains(db, domainUids);
  return new Map([...held].map(([uid, { count }]) => [uid, count]));
};
