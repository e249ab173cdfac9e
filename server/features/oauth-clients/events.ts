// What is told of the allow-list.
import { type Actor, actorData } from '../../http/caller.ts';
import type { NewEvent } from '../events/index.ts';
import type { OauthClient } from './oauth-client.ts';

export const clientEvent = (
  what: 'created' | 'allowed' | 'approved' | 'deleted',
  client: OauthClient,
  by: Actor,
  occurredAt: Date,
): NewEvent => ({
  teamUid: client.teamUid,
  workspaceUid: client.workspaceUid,
  type: `oauth_client.${what}`,
  subjectType: 'oauth_client',
  subjectUid: client.uid,
  data: {
    client_id: client.clientId,
    name: client.name,
    hosts: client.hosts,
    scopes: client.scopes,
    second_approver: client.secondApprover,
    ...actorData(by),
  },
  occurredAt,
});
