// Front door of mailboxes.
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { DomainMailboxes } from '../domains/index.ts';
import { advanceMailboxes } from './advance.job.ts';
import { buyMailboxes } from './buy.endpoint.ts';
import { buy } from './buy.workflow.ts';
import { cancelMailboxes } from './cancel.endpoint.ts';
import { deactivateMailboxes } from './deactivate.endpoint.ts';
import { mailboxDetails } from './details.endpoint.ts';
import { mailboxDrift } from './drift.endpoint.ts';
import { WAITS_AS } from './ending.ts';
import { erase } from './erase.workflow.ts';
import { listMailboxes } from './list.endpoint.ts';
import { reactivateMailboxes } from './reactivate.endpoint.ts';
import { reactivate } from './reactivate.workflow.ts';
import { mailboxTermPaid } from './reactivation.ts';
import { reconcileMailboxes } from './reconcile.job.ts';
import { removeMailboxesOf } from './remove-all.ts';
import { renewMailboxes } from './renew.endpoint.ts';
import { settle } from './settle.workflow.ts';
import { showCredentials } from './show-credentials.endpoint.ts';
import { mailboxStatus } from './status.endpoint.ts';
import { fullDomains, mailboxesOnDomains } from './store.ts';
import { suspendMailboxes } from './suspend.endpoint.ts';
import { uncancelMailboxes } from './uncancel.endpoint.ts';

export { buyId as buyMailboxId, failMailbox } from './buy.workflow.ts';
export { cancelPurchase } from './cancel-purchase.ts';
export { mailboxDomainsCharged } from './charged.ts';
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
export { MAX_MAILBOXES, mailboxRow, personName, pictureUrl, platform } from './schema.ts';
export { readMailboxSecrets } from './secrets.ts';
export { mailboxSeller } from './seller.ts';
export { mailboxByUid, mailboxesOfUids } from './store.ts';
export { upcomingMailboxRenewals } from './upcoming.ts';
export { advanceMailboxes, buy as buyMailbox, reconcileMailboxes };

export const mailboxWorkflows = [buy, settle, reactivate, erase];

/** How an unpaid mailbox goes on when credits arrive. */
export const mailboxContinuations = { [WAITS_AS]: mailboxTermPaid };

export const mailboxEndpoints = [
  cancelMailboxes,
  uncancelMailboxes,
  deactivateMailboxes,
  suspendMailboxes,
  reactivateMailboxes,
  renewMailboxes,
  mailboxDrift,
  buyMailboxes,
  listMailboxes,
  mailboxDetails,
  mailboxStatus,
  showCredentials,
];

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
