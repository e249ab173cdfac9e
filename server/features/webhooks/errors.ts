// Errors of the webhooks feature.
import { defineError } from '../../http/errors.ts';

export const webhookNotFound = defineError({
  code: 'webhook_not_found',
  status: 404,
  whatHappened: 'The team has no webhook endpoint with this uid.',
  whatToDo: 'List the endpoints with `GET /v1/api/webhooks` and use one of the uids it answers.',
});

export const deliveryNotFound = defineError({
  code: 'webhook_delivery_not_found',
  status: 404,
  whatHappened:
    'No webhook endpoint of the team has a delivery with this uid; deliveries are kept for 30 days.',
  whatToDo: 'List the deliveries with `GET /v1/api/webhooks/deliveries` and use one of the uids it answers.',
});

export const webhookDisabled = defineError({
  code: 'webhook_disabled',
  status: 409,
  whatHappened: 'The webhook endpoint is disabled, so nothing is sent to it.',
  whatToDo: 'Enable it with `POST /v1/api/webhooks/update` and `"enabled": true`, then ask again.',
});

export const tooManyWebhooks = defineError({
  code: 'too_many_webhooks',
  status: 409,
  whatHappened: 'The team has as many webhook endpoints as it may have.',
  whatToDo: 'Delete endpoints that are not used any more.',
});

export const webhookOfSettings = defineError({
  code: 'webhook_of_settings',
  status: 409,
  whatHappened:
    'The endpoint is the webhook address in the settings of a workspace, which holds the address.',
  whatToDo: 'Change or clear the address with `POST /v1/api/workspaces/webhook`.',
});

export const webhookErrors = [
  webhookNotFound,
  deliveryNotFound,
  webhookDisabled,
  tooManyWebhooks,
  webhookOfSettings,
];
