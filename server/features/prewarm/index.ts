// Front door of prewarm: domains that the operator has warmed, and sells with their mailboxes.
import { addPrewarmStock } from './add-stock.endpoint.ts';
import { buyPrewarmDomains } from './buy-domain.endpoint.ts';
import { changePrewarmStock } from './change-stock.endpoint.ts';
import { handOver } from './hand-over.workflow.ts';
import { listPrewarmStock } from './list-stock.endpoint.ts';
import { prewarmOrderStatus } from './order-status.endpoint.ts';
import { searchPrewarmDomains } from './search-domains.endpoint.ts';
import { searchPrewarmMailboxes } from './search-mailboxes.endpoint.ts';
import { withdrawPrewarmStock } from './withdraw-stock.endpoint.ts';

export { prewarmCheckout } from './checkout.ts';
export { prewarmErrors } from './errors.ts';
export { prewarmSeller } from './seller.ts';
export { prewarmDomainsCharged } from './store.ts';

export const prewarmWorkflows = [handOver];

export const prewarmEndpoints = [
  searchPrewarmDomains,
  searchPrewarmMailboxes,
  buyPrewarmDomains,
  prewarmOrderStatus,
  listPrewarmStock,
  addPrewarmStock,
  changePrewarmStock,
  withdrawPrewarmStock,
];
