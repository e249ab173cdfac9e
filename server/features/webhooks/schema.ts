// The shapes that several webhook endpoints share.
import { z } from 'zod';
import { eventType } from '../events/index.ts';
import { type Delivery, formats, inboxkitEventTypes, type WebhookEndpoint } from './webhook.ts';

export const targetUrl = z
  .url({ protocol: /^https?$/, error: 'url must be an https (or http) address' })
  .max(2_000)
  .meta({ example: 'https://hooks.northpeak.example/inboxkit' });

export const webhookWishes = {
  url: targetUrl,
  description: z.string().trim().max(200),
  format: z.enum(formats).meta({
    description:
      '`standard` is signed as https://www.standardwebhooks.com says; `inboxkit` sends the bodies and headers of the ' +
      'reference API, its constant signature included.',
  }),
  event_types: z
    .array(eventType)
    .max(50)
    .meta({ description: 'Types it is told of, `mailbox.*` for all of a noun; none: all.' }),
  include_secrets: z.boolean().meta({
    description:
      'Only with the format `inboxkit`: bodies about mailboxes hold password, app password and TOTP secret.',
  }),
};

type Wishes = Pick<WebhookEndpoint, 'format' | 'eventTypes' | 'includeSecrets' | 'url'>;

/** What contradicts itself in an endpoint, with the field to change; null when nothing does. */
export const contradictionIn = (wishes: Wishes): { path: string; message: string } | null => {
  if (wishes.includeSecrets && wishes.format !== 'inboxkit') {
    return { path: 'include_secrets', message: 'include_secrets needs the format inboxkit' };
  }
  if (wishes.includeSecrets && !wishes.url.startsWith('https:')) {
    return { path: 'include_secrets', message: 'include_secrets needs an address that begins with https://' };
  }
  const told: readonly string[] = inboxkitEventTypes;
  const other = wishes.eventTypes.find(
    (type) => !told.includes(type) && !told.some((one) => fits(one, type)),
  );
  if (wishes.format === 'inboxkit' && other !== undefined) {
    return {
      path: 'event_types',
      message: `the format inboxkit has no words for ${other}; it tells of ${told.join(', ')}`,
    };
  }
  return null;
};

const fits = (type: string, wanted: string): boolean =>
  wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1));

export const webhookShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    workspace_uid: z.uuid().nullable().meta({ description: 'Null: it is told of everything of the team.' }),
    url: z.string(),
    description: z.string(),
    format: z.enum(formats),
    event_types: z.array(z.string()),
    include_secrets: z.boolean(),
    of_workspace_settings: z.boolean().meta({ description: 'Made by `POST /workspaces/webhook`.' }),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable(),
    failing_since: z.iso.datetime().nullable(),
    previous_secret_valid_until: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });

export const webhookRow = (endpoint: WebhookEndpoint) => ({
  uid: endpoint.uid,
  id: endpoint.uid,
  workspace_uid: endpoint.workspaceUid,
  url: endpoint.url,
  description: endpoint.description,
  format: endpoint.format,
  event_types: endpoint.eventTypes,
  include_secrets: endpoint.includeSecrets,
  of_workspace_settings: endpoint.ofWorkspaceSettings,
  enabled: endpoint.status === 'enabled',
  disabled_reason: endpoint.disabledReason,
  failing_since: endpoint.failingSince?.toISOString() ?? null,
  previous_secret_valid_until: endpoint.previousSecretUntil?.toISOString() ?? null,
  created_at: endpoint.createdAt.toISOString(),
  updated_at: endpoint.updatedAt.toISOString(),
});

const deliveryFields = {
  uid: z.uuid().meta({ description: 'Sent as `webhook-id`, the same for every attempt.' }),
  webhook_uid: z.uuid(),
  event_id: z.uuid(),
  event_type: z.string(),
  subject_id: z.uuid(),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  next_attempt_at: z.iso.datetime().nullable(),
  replay: z.boolean(),
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
};

export const deliveryShape = z.object(deliveryFields).meta({ id: 'WebhookDelivery' });

export const deliveryRow = (delivery: Delivery) => ({
  uid: delivery.uid,
  webhook_uid: delivery.endpointUid,
  event_id: delivery.eventUid,
  event_type: delivery.eventType,
  subject_id: delivery.subjectUid,
  status: delivery.status,
  attempts: delivery.attempts,
  next_attempt_at: delivery.dueAt?.toISOString() ?? null,
  replay: delivery.replay,
  last_status: delivery.lastStatus,
  last_error: delivery.lastError,
  created_at: delivery.createdAt.toISOString(),
  finished_at: delivery.finishedAt?.toISOString() ?? null,
});

export const attemptShape = z
  .object({
    number: z.int(),
    started_at: z.iso.datetime(),
    duration_ms: z.int(),
    request_headers: z.record(z.string(), z.string()).meta({ description: 'Without the signatures.' }),
    response_status: z.int().nullable(),
    response_headers: z.record(z.string(), z.string()).nullable(),
    response_body: z.string().nullable().meta({ description: 'Its first 4 kB.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'WebhookAttempt' });
