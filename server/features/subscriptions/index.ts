// Front door of subscriptions: the plan of a team, and what mailboxes cost it.
import { cancelSubscription } from './cancel.endpoint.ts';
import { changeSubscription } from './change.endpoint.ts';
import { getSubscription } from './get.endpoint.ts';
import { listPlans } from './plans.endpoint.ts';
import { renew } from './renew.workflow.ts';
import { uncancelSubscription } from './uncancel.endpoint.ts';

export { subscriptionErrors } from './errors.ts';
export { fundsOf, openBooks } from './funds.ts';
export { type MailboxPrice, mailboxPrices } from './seats.ts';
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
