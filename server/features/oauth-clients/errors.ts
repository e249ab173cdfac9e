// Errors of the allow-list of clients.
import { defineError } from '../../http/errors.ts';

export const oauthClientNotFound = defineError({
  code: 'oauth_client_not_found',
  status: 404,
  whatHappened: 'The workspace has no OAuth client with this uid or client id.',
  whatToDo: 'List the clients of the workspace with `GET /v1/api/oauth-clients`.',
});

export const oauthClientExists = defineError({
  code: 'oauth_client_exists',
  status: 409,
  whatHappened: 'The client is on the allow-list of the workspace already. Nothing was changed.',
  whatToDo: 'To change its hosts or scopes, delete it and allow it again.',
});

export const approverNotFound = defineError({
  code: 'approver_not_found',
  status: 400,
  whatHappened: '`second_approver` is not the uid of another API key of the team that may be used.',
  whatToDo: 'List the keys with `GET /v1/api/keys`, and name one that somebody else holds.',
});

export const notTheApprover = defineError({
  code: 'not_the_approver',
  status: 403,
  whatHappened: 'Somebody else was named to approve this client.',
  whatToDo: 'Have the holder of the key in `second_approver` send the request.',
});

export const oauthClientErrors = [oauthClientNotFound, oauthClientExists, approverNotFound, notTheApprover];
