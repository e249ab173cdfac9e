// Front door of orders.
import { cancelOrder } from './cancel.endpoint.ts';
import { fulfilDomain } from './fulfil-domain.workflow.ts';
import { getOrder } from './get.endpoint.ts';
import { listOrders } from './list.endpoint.ts';
import { placeOrder } from './place.endpoint.ts';
import { place } from './place.workflow.ts';
import { retryOrder } from './retry.endpoint.ts';

export { orderContinuation, stopOrdersOf } from './await-funds.ts';
export { orderErrors } from './errors.ts';
export { giveUpWaitingOrders } from './give-up-waiting.job.ts';
export { retrySeller } from './retry.ts';
export { orderSeller } from './seller.ts';

export const orderWorkflows = [place, fulfilDomain];
export const orderEndpoints = [placeOrder, getOrder, listOrders, cancelOrder, retryOrder];
