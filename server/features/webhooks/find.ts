// The endpoint a request is about, locked, or the refusal.
import type { Tx } from '../../../database/database.ts';
import { webhookNotFound } from './errors.ts';
import { endpointLock } from './store.ts';
import type { WebhookEndpoint } from './webhook.ts';

/** @throws {ApiError} `webhook_not_found` */
export const endpointOfTeamLock = async (tx: Tx, teamUid: string, uid: string): Promise<WebhookEndpoint> => {
  const endpoint = await endpointLock(tx, uid);
  if (endpoint?.teamUid !== teamUid) throw webhookNotFound('Webhook endpoint not found');
  return endpoint;
};
