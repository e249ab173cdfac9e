// Front door of mailboxes.
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { DomainMailboxes } from '../domains/index.ts';
import { buyMailboxes } from './buy.endpoint.ts';
import { buy } from './buy.workflow.ts';
import { mailboxDetails } from './details.endpoint.ts';
import { listMailboxes } from './list.endpoint.ts';
import { removeMailboxesOf } from './remove-all.ts';
import { showCredentials } from './show-credentials.endpoint.ts';
import { mailboxStatus } from './status.endpoint.ts';
import { fullDomains, mailboxesOnDomains } from './store.ts';

export { MAX_MAILBOXES } from './buy.endpoint.ts';
export { buyId as buyMailboxId, failMailbox } from './buy.workflow.ts';
export { mailboxCountsFold, mailboxTotals } from './counts.ts';
export {
  duplicateMailbox,
  invalidUsername,
  mailboxErrors,
  mailboxExists,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from './errors.ts';
export type { Mailbox, MailboxStatus } from './mailbox.ts';
export {
  checkPlaces,
  checkWishes,
  insertMailboxes,
  type MailboxWish,
  mailboxLine,
  mailboxLines,
} from './purchase.ts';
export { personName, pictureUrl, platform } from './schema.ts';
export { mailboxesOfUids } from './store.ts';
export { upcomingMailboxRenewals } from './upcoming.ts';
export { buy as buyMailbox };

export const mailboxWorkflows = [buy];
export const mailboxEndpoints = [buyMailboxes, listMailboxes, mailboxDetails, mailboxStatus, showCredentials];

/** What domains need to know of mailboxes. */
export const domainMailboxes: DomainMailboxes = {
  held: mailboxesOnDomains,
  full: fullDomains,
  removeAll: removeMailboxesOf,
};

/** Whose mailboxes these domains hold; nothing for one that has none. */
export const platformsOfDomains = async (db: Db, domainUids: string[]): Promise<Map<string, Platform>> => {
  const held = await mailboxesOnDomains(db, domainUids);
  return new Map([...held].map(([uid, { platform }]) => [uid, platform]));
};
