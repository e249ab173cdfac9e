// Front door of OAuth clients: which programs a workspace lets in to its mailboxes.
import { allowOauthClient } from './allow.endpoint.ts';
import { approveOauthClient } from './approve.endpoint.ts';
import { createOauthClient } from './create.endpoint.ts';
import { deleteOauthClient } from './delete.endpoint.ts';
import { listOauthClients } from './list.endpoint.ts';

export { oauthClientErrors } from './errors.ts';
export { isApproved, type OauthClient } from './oauth-client.ts';
export { clientId } from './schema.ts';
export { clientFind as findOauthClient } from './store.ts';

export const oauthClientEndpoints = [
  createOauthClient,
  allowOauthClient,
  approveOauthClient,
  listOauthClients,
  deleteOauthClient,
];
