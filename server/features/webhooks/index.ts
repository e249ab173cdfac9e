// Front door of webhooks.
import { createWebhook } from './create.endpoint.ts';
import { deleteWebhook } from './delete.endpoint.ts';
import { listDeliveries } from './deliveries.endpoint.ts';
import { deliveryDetails } from './delivery.endpoint.ts';
import { webhookDetails } from './details.endpoint.ts';
import { listWebhooks } from './list.endpoint.ts';
import { replayWebhook } from './replay.endpoint.ts';
import { rotateWebhookSecret } from './rotate-secret.endpoint.ts';
import { testWebhook } from './test.endpoint.ts';
import { updateWebhook } from './update.endpoint.ts';

export { createWebhookWorker, forgetDeliveries } from './deliver.job.ts';
export { webhookErrors } from './errors.ts';
export { followWorkspace } from './of-workspace.ts';

export const webhookEndpoints = [
  createWebhook,
  listWebhooks,
  webhookDetails,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  listDeliveries,
  deliveryDetails,
  replayWebhook,
];
