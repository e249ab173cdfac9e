// The jobs that renew things, for tests of features that come before those the jobs belong to or hand something in.
import type { FeatureContext } from '../features/context.ts';
import { autoRenewDomains } from '../features/domains/index.ts';
import { advanceMailboxes, domainMailboxes } from '../features/mailboxes/index.ts';

export const keepDomainsRenewed = (context: FeatureContext): Promise<void> =>
  autoRenewDomains(context, domainMailboxes);

export const keepMailboxesRenewed = advanceMailboxes;
