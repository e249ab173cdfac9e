// Front door of domains.
import type { Db } from '../../../database/database.ts';
import type { Taggable } from '../tags/index.ts';
import type { WorkspaceContents } from '../workspaces/index.ts';
import { assignableDomains } from './assignable.endpoint.ts';
import { domainRenewalPaid } from './auto-renew.job.ts';
import { domainAvailable } from './available.endpoint.ts';
import { domainBannedCheck } from './banned.endpoint.ts';
import { checkPropagation } from './check-propagation.endpoint.ts';
import { checkWorkspaceAvailability } from './check-workspace-availability.endpoint.ts';
import { connect } from './connect.workflow.ts';
import { isPreparedFor } from './connection.ts';
import { domainTotals } from './counts.ts';
import { domainDetails } from './details.endpoint.ts';
import { type DomainStatus, isGone } from './domain.ts';
import { domainNotFound } from './errors.ts';
import { listDomains } from './list.endpoint.ts';
import { domainNameservers } from './nameservers.endpoint.ts';
import { regenerateNameservers } from './regenerate-nameservers.endpoint.ts';
import { registerDomains } from './register.endpoint.ts';
import { abandonDomain, register, registerId } from './register.workflow.ts';
import { removeDomains } from './remove.endpoint.ts';
import { removal } from './remove.workflow.ts';
import { removeCatchAll } from './remove-catch-all.endpoint.ts';
import { removeDmarc } from './remove-dmarc.endpoint.ts';
import { removeEmailForwarding } from './remove-email-forwarding.endpoint.ts';
import { renewDomains } from './renew.endpoint.ts';
import { renew } from './renew.workflow.ts';
import { DOMAIN_WAITS_AS } from './renewal-due.ts';
import { renewalStatus } from './renewal-status.endpoint.ts';
import type { DomainMailboxes } from './schema.ts';
import { searchDomains } from './search.endpoint.ts';
import { setCatchAll } from './set-catch-all.endpoint.ts';
import { setDmarc } from './set-dmarc.endpoint.ts';
import { setEmailForwarding } from './set-email-forwarding.endpoint.ts';
import { setForwarding } from './set-forwarding.endpoint.ts';
import { FIRST_RUN, setUp, setUpId } from './set-up.workflow.ts';
import { domainsLock } from './store.ts';

export { cancelRegistration } from './cancel-purchase.ts';
export { domainsCharged } from './charged.ts';
export { domainCheckout } from './checkout.ts';
export { assertDomainRoom, domainCountsFold } from './counts.ts';
export { type Domain, type DomainStatus, liveStatuses } from './domain.ts';
export {
  domainAlreadyOwned,
  domainBanned,
  domainBeingRemoved,
  domainErrors,
  domainHeldElsewhere,
  domainNotAvailable,
  domainNotFound,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
} from './errors.ts';
export { handDomainOver } from './hand-over.ts';
export { connectZone, resumeInAccount, type ZoneInAccount, type ZoneOutcome } from './in-account.ts';
export { domainsMeant, workspacesOfDomains } from './meant.ts';
export { moveDomain } from './move.ts';
export { registrableName } from './names.ts';
export { hostedPage } from './pages.ts';
export { type DomainWish, domainLine, insertDomains, type PricedDomain, priceDomains } from './purchase.ts';
export {
  confirmMailboxes,
  removalAnswer,
  removalErrors,
  removeAll as removeDomainsLocked,
} from './removal.ts';
export { removeDomainsOf } from './remove-of-workspace.ts';
export { renewalSeller } from './renewal-seller.ts';
export {
  contactDetails,
  type DomainMailboxes,
  domainRows,
  domainShape,
  errorOf,
  forwardingUrl,
  registrationYears,
} from './schema.ts';
export { registrationSeller } from './seller.ts';
export { lockDomains, nameSought, ofDomains } from './settings.ts';
export {
  boughtDomains,
  domainByUid,
  domainFind,
  domainLock,
  domainsByName,
  domainsByNameLock,
  domainsByUid,
  domainsFind,
  domainsOfUids,
  workspaceOfDomain,
} from './store.ts';
export {
  abandonDomain,
  isPreparedFor,
  register as registerDomain,
  registerId as registerDomainId,
  setUp as setUpDomain,
};

/** The run that an order waits for. */
export const firstSetUpId = (domainUid: string): string => setUpId(domainUid, FIRST_RUN);

export { autoRenewDomains } from './auto-renew.job.ts';
export { retrySetUp } from './retry-set-up.job.ts';

/** How an unpaid domain goes on when credits arrive. */
export const domainContinuations = { [DOMAIN_WAITS_AS]: domainRenewalPaid };

export { upcomingDomainRenewals } from './upcoming.ts';

/** Domains, as tags are put on them. */
export const taggableDomains: Taggable = {
  async lock(tx, workspaceUid, uids) {
    const domains = await domainsLock(tx, workspaceUid, { uids, names: [] });
    return new Map(domains.map(({ uid, name }) => [uid, { name }]));
  },
  notFound: domainNotFound,
};

/** What domains need to know of mailboxes is handed in: mailboxes come later in the order of features. */
export const domainWorkflows = (mailboxes: DomainMailboxes) => [
  register,
  setUp,
  connect,
  renew,
  removal(mailboxes),
];

export const domainEndpoints = (mailboxes: DomainMailboxes) => [
  searchDomains,
  domainAvailable,
  domainBannedCheck,
  checkWorkspaceAvailability,
  registerDomains,
  listDomains(mailboxes),
  domainDetails(mailboxes),
  assignableDomains(mailboxes),
  setDmarc,
  removeDmarc,
  setCatchAll,
  removeCatchAll,
  setEmailForwarding,
  removeEmailForwarding,
  setForwarding,
  domainNameservers,
  regenerateNameservers,
  checkPropagation,
  renewDomains,
  renewalStatus,
  removeDomains(mailboxes),
];

/** How many domains each workspace holds, and how many of them can take mailboxes. */
export const domainContents = async (
  db: Db,
  workspaceUids: string[],
): Promise<Map<string, Omit<WorkspaceContents, 'mailboxes'>>> => {
  const contents = new Map(workspaceUids.map((uid) => [uid, { domains: 0, assignableDomains: 0 }]));
  for (const { workspaceUid, status, count } of await domainTotals(db, workspaceUids)) {
    const content = contents.get(workspaceUid)!;
    if (!isGone({ status: status as DomainStatus })) content.domains += count;
    if (status === 'active') content.assignableDomains += count;
  }
  return contents;
};
