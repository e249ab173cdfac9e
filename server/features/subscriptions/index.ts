// Front door of subscriptions: the plan of a team, and what mailboxes cost it.
import { listPlans } from './plans.endpoint.ts';

export { fundsOf, openBooks } from './funds.ts';
export { type MailboxPrice, mailboxPrices } from './seats.ts';
export { plansSubscribed } from './store.ts';

export const subscriptionEndpoints = [listPlans];
