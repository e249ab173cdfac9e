// Front door of domains.
import type { Db } from '../../../database/database.ts';
import type { WorkspaceContents } from '../workspaces/index.ts';
import { domainAvailable } from './available.endpoint.ts';
import { type CountMailboxes, listDomains } from './list.endpoint.ts';
import { registerDomains } from './register.endpoint.ts';
import { abandonDomain, register, registerId } from './register.workflow.ts';
import { searchDomains } from './search.endpoint.ts';
import { FIRST_RUN, setUp, setUpId } from './set-up.workflow.ts';
import { domainTotals } from './store.ts';

export type { Domain, DomainStatus } from './domain.ts';
export {
  domainAlreadyOwned,
  domainErrors,
  domainNotAvailable,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
} from './errors.ts';
export { registrableName } from './names.ts';
export { type DomainWish, domainLine, insertDomains, type PricedDomain, priceDomains } from './purchase.ts';
export { contactDetails, forwardingUrl, priceLine, registrationYears } from './schema.ts';
export { domainByUid, domainCountsFold, domainsByNameLock, domainsByUid, domainsOfUids } from './store.ts';
export { abandonDomain, register as registerDomain, registerId as registerDomainId, setUp as setUpDomain };

/** The run that an order waits for. */
export const firstSetUpId = (domainUid: string): string => setUpId(domainUid, FIRST_RUN);

export { retrySetUp } from './retry-set-up.job.ts';

export const domainWorkflows = [register, setUp];

export const domainEndpoints = (countMailboxes: CountMailboxes) => [
  searchDomains,
  domainAvailable,
  registerDomains,
  listDomains(countMailboxes),
];

const gone = new Set(['cancelled', 'deleted', 'payment_failed']);

/** How many domains each workspace holds, and how many of them can take mailboxes. */
export const domainContents = async (
  db: Db,
  workspaceUids: string[],
): Promise<Map<string, Omit<WorkspaceContents, 'mailboxes'>>> => {
  const contents = new Map(workspaceUids.map((uid) => [uid, { domains: 0, assignableDomains: 0 }]));
  for (const { workspaceUid, status, count } of await domainTotals(db, workspaceUids)) {
    const content = contents.get(workspaceUid)!;
    if (!gone.has(status)) content.domains += count;
    if (status === 'active') content.assignableDomains += count;
  }
  return contents;
};
