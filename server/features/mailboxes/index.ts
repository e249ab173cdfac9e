// Front door of mailboxes.
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { DomainMailboxes } from '../domains/index.ts';
import type { Taggable } from '../tags/index.ts';
import { advanceMailboxes } from './advance.job.ts';
import { mailboxAvailability } from './availability.endpoint.ts';
import { buyMailboxes } from './buy.endpoint.ts';
import { buy } from './buy.workflow.ts';
import { cancelMailboxes } from './cancel.endpoint.ts';
import { change } from './change.workflow.ts';
import { changePassword } from './change-password.endpoint.ts';
import { changeUsername } from './change-username.endpoint.ts';
import { deactivateMailboxes } from './deactivate.endpoint.ts';
import { mailboxDetails } from './details.endpoint.ts';
import { bringMailboxesBack, suspendMailboxesOf } from './domain-away.ts';
import { mailboxDrift } from './drift.endpoint.ts';
import { endAlias } from './end-alias.workflow.ts';
import { WAITS_AS } from './ending.ts';
import { erase } from './erase.workflow.ts';
import { mailboxNotFound } from './errors.ts';
import { failureReason } from './failure-reason.endpoint.ts';
import { forwardingJobs } from './forwarding-jobs.endpoint.ts';
import { listMailboxes } from './list.endpoint.ts';
import { reactivateMailboxes } from './reactivate.endpoint.ts';
import { reactivate } from './reactivate.workflow.ts';
import { mailboxTermPaid } from './reactivation.ts';
import { reconcileMailboxes } from './reconcile.job.ts';
import { removeMailboxesOf } from './remove-all.ts';
import { removeForwarding } from './remove-forwarding.endpoint.ts';
import { removeSignature } from './remove-signature.endpoint.ts';
import { removeUnknownMailbox } from './remove-unknown.endpoint.ts';
import { renewMailboxes } from './renew.endpoint.ts';
import { setSignature } from './set-signature.endpoint.ts';
import { setUpForwarding } from './set-up-forwarding.endpoint.ts';
import { settle } from './settle.workflow.ts';
import { showCredentials } from './show-credentials.endpoint.ts';
import { mailboxStatus } from './status.endpoint.ts';
import { fullDomains, mailboxesLock, mailboxesOnDomains } from './store.ts';
import { suspendMailboxes } from './suspend.endpoint.ts';
import { generateTotp } from './totp.endpoint.ts';
import { uncancelMailboxes } from './uncancel.endpoint.ts';
import { updateMailbox } from './update.endpoint.ts';
import { reservedUsernames } from './username.ts';

export { hostOf } from './at-host.ts';
export { buyId as buyMailboxId, failMailbox } from './buy.workflow.ts';
export { cancelPurchase } from './cancel-purchase.ts';
export { assertMailboxRoom, mailboxCountsFold, mailboxTotals } from './counts.ts';
export {
  duplicateMailbox,
  invalidUsername,
  mailboxErrors,
  mailboxExists,
  mailboxNotChangeable,
  mailboxNotFound,
  mixedPlatforms,
  noDomainsFound,
  tooManyMailboxesOnDomain,
} from './errors.ts';
export { credentialsRevealed, REVEALED } from './events.ts';
export { type MailboxFilter, mailboxesFrom, mailboxUseLock, mailboxUseSet } from './list-store.ts';
export { isGone as isGoneMailbox, type Mailbox, type MailboxStatus } from './mailbox.ts';
export { domainsOfMailboxesMeant } from './meant.ts';
export { setProfilePicture } from './profile-picture.ts';
export {
  checkPlaces,
  checkWishes,
  insertMailboxes,
  type MailboxWish,
  mailboxLine,
  mailboxLines,
  priceMailboxes,
  purchaseMailboxes,
} from './purchase.ts';
export {
  filterOf,
  MAX_MAILBOXES,
  mailboxFilter,
  mailboxRow,
  newUsername,
  personName,
  pictureUrl,
  platform,
} from './schema.ts';
export { readMailboxSecrets } from './secrets.ts';
export { mailboxSeller } from './seller.ts';
export { signIn as signInToMailbox } from './sign-in.ts';
export {
  addressesTaken,
  liveMailboxesOf,
  mailboxByUid,
  mailboxesLock,
  mailboxesOfUids,
  mailboxesOnDomains,
  mailboxFind,
  mailboxLock,
} from './store.ts';
export { mailboxDomainsCharged } from './term-store.ts';
export { upcomingMailboxRenewals } from './upcoming.ts';
export { assertUsername, usernameProblem } from './username.ts';
export { advanceMailboxes, buy as buyMailbox, reconcileMailboxes, removeMailboxesOf };

export const mailboxWorkflows = [buy, settle, reactivate, erase, change, endAlias];

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
  removeUnknownMailbox,
  buyMailboxes,
  listMailboxes,
  mailboxDetails,
  mailboxStatus,
  showCredentials,
  updateMailbox,
  changeUsername,
  changePassword,
  generateTotp,
  mailboxAvailability,
  failureReason,
  setSignature,
  removeSignature,
  setUpForwarding,
  removeForwarding,
  forwardingJobs,
];

/** What domains need to know of mailboxes. */
export const domainMailboxes: DomainMailboxes = {
  held: mailboxesOnDomains,
  full: fullDomains,
  removeAll: removeMailboxesOf,
  reservedUsernames,
  suspendAll: suspendMailboxesOf,
  bringBack: bringMailboxesBack,
};

/** Mailboxes, as tags are put on them. */
export const taggableMailboxes: Taggable = {
  async lock(tx, workspaceUid, uids) {
    const mailboxes = await mailboxesLock(tx, workspaceUid, uids);
    return new Map(mailboxes.map(({ uid, address }) => [uid, { email: address }]));
  },
  notFound: mailboxNotFound,
};

/** Whose mailboxes these domains hold; nothing for one that has none. */
export const platformsOfDomains = async (db: Db, domainUids: string[]): Promise<Map<string, Platform>> => {
  const held = await mailboxesOnDomains(db, domainUids);
  return new Map([...held].map(([uid, { platform }]) => [uid, platform]));
};
