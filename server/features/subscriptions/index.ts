// Front door of subscriptions: the plan of a team, and what mailboxes cost it.
import { cancelSubscription } from './cancel.endpoint.ts';
import { changeSubscription } from './change.endpoint.ts';
import { getSubscription } from './get.endpoint.ts';
import { listPlans } from './plans.endpoint.ts';
import { renew } from './renew.workflow.ts';
import { subscriptionPaid, WAITS_AS } from './settle.ts';
import { uncancelSubscription } from './uncancel.endpoint.ts';

export { subscriptionErrors } from './errors.ts';
export { fundsOf, openBooks } from './funds.ts';
export { type MailboxPrice, mailboxPrices } from './seats.ts';
/** How an unpaid subscription goes on when credits arrive. */
export const subscriptionContinuations = { [WAITS_AS]: subscriptionPaid };

export { startRenewals } from './start-renewals.job.ts';
export { plansSubscribed } from './store.ts';
export { upcomingSubscriptionRenewals } from './upcoming.ts';

export const subscriptionWorkflows = [renew];
export const subscriptionEndpoints = [
  listPlans,
  getSubscription,
  changeSubscription,
  cancelSubscription,
  uncancelSubscription,
];
