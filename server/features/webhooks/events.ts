// What webhooks tell about: endpoints that come, go and fail. The address stays out of it: such addresses carry secrets.
import type { NewEvent } from '../events/index.ts';
import type { WebhookEndpoint } from './webhook.ts';

export const webhookEvent = (
  what: 'created' | 'updated' | 'deleted' | 'secret_rotated' | 'disabled' | 'enabled' | 'test',
  { uid, teamUid, workspaceUid }: Pick<WebhookEndpoint, 'uid' | 'teamUid' | 'workspaceUid'>,
  occurredAt: Date,
  data: Record<string, unknown> = {},
): NewEvent => ({
  teamUid,
  workspaceUid,
  type: `webhook.${what}`,
  subjectType: 'webhook',
  subjectUid: uid,
  data,
  occurredAt,
});
