// POST /webhooks: a new address that is told what changes.

import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { requireRight } from '../../http/require-right.ts';
import { keyToSignWith } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findWorkspace, workspaceNotFound } from '../workspaces/index.ts';
import { tooManyWebhooks } from './errors.ts';
import { webhookEvent } from './events.ts';
import { contradictionIn, webhookRow, webhookShape, webhookWishes } from './schema.ts';
import { sealWebhookSecret } from './secrets.ts';
import { newWebhookSecret } from './sign.ts';
import { endpointCount, endpointInsert } from './store.ts';
import type { WebhookEndpoint } from './webhook.ts';

const MAX_PER_TEAM = 2_000;

export const createWebhook = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.create',
  summary: 'Create webhook endpoint',
  description:
    'The secret is shown in this answer and never again; `POST /webhooks/rotate-secret` makes a new one.',
  method: 'POST',
  path: '/webhooks',
  aliases: [{ method: 'POST', path: '/webhooks/create' }],
  scope: 'team',
  status: 201,
  body: z
    .strictObject({
      url: webhookWishes.url,
      workspace_uid: orAbsent(z.uuid()).meta({ description: 'Left out: everything of the team.' }),
      description: webhookWishes.description.default(''),
      format: webhookWishes.format.default('standard'),
      event_types: webhookWishes.event_types.default([]),
      include_secrets: webhookWishes.include_secrets.default(false),
    })
    .superRefine((body, context) => {
      const wishes = { ...body, eventTypes: body.event_types, includeSecrets: body.include_secrets };
      const found = contradictionIn(wishes);
      if (found) context.addIssue({ code: 'custom', path: [found.path], message: found.message });
    }),
  response: z.object({ uid: z.uuid(), secret: z.string(), webhook: webhookShape }),
  errors: [workspaceNotFound, tooManyWebhooks],
  examples: { body: { url: 'https://hooks.northpeak.example/inboxkit', event_types: ['mailbox.*'] } },
  handle: ({ body, caller, commit }, { clock, secrets }) =>
    commit(async (tx) => {
      if (body.include_secrets) requireRight(caller, 'secrets');
      if (body.workspace_uid && !(await findWorkspace(tx, caller.teamId, body.workspace_uid))) {
        throw workspaceNotFound('Workspace not found');
      }
      if ((await endpointCount(tx, caller.teamId)) >= MAX_PER_TEAM) {
        throw tooManyWebhooks(`A team may have ${MAX_PER_TEAM} webhook endpoints`);
      }
      const now = clock.now();
      const endpoint: WebhookEndpoint = {
        uid: newId(),
        teamUid: caller.teamId,
        workspaceUid: body.workspace_uid ?? null,
        ofWorkspaceSettings: false,
        url: body.url,
        description: body.description,
        format: body.format,
        eventTypes: body.event_types,
        includeSecrets: body.include_secrets,
        keyUid: await keyToSignWith(tx, caller, now),
        previousSecretUntil: null,
        status: 'enabled',
        disabledReason: null,
        failingSince: null,
        createdAt: now,
        updatedAt: now,
      };
      const secret = newWebhookSecret();
      await endpointInsert(tx, {
        ...endpoint,
        secretSealed: sealWebhookSecret(secrets, endpoint.uid, secret),
      });
      await recordEvents(tx, [webhookEvent('created', endpoint, now)]);
      return {
        message: 'Webhook endpoint created successfully',
        uid: endpoint.uid,
        secret,
        webhook: webhookRow(endpoint),
      };
    }),
});
