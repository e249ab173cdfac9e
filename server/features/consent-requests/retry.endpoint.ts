// POST /mailboxes/consent-request/retry: the same request again, with the same address.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { allowedClient } from './admit.ts';
import { isOver } from './consent-request.ts';
import { consentRequestNotFound, consentRequestNotRetryable, oauthClientNotAllowed } from './errors.ts';
import { move } from './move.ts';
import { requestRow, requestShape } from './schema.ts';
import { requestLock } from './store.ts';

export const retryConsentRequest = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.retry',
  summary: 'Retry consent request',
  description:
    'For one that failed, went wrong or was cancelled. The address is the one it was begun with; many clients take each ' +
    'address once, and want a new request with a new one.',
  method: 'POST',
  path: '/mailboxes/consent-request/retry',
  scope: 'workspace',
  keepsToDomains: ['uid'],
  reachesOutside: true,
  right: 'secrets',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ data: requestShape }),
  errors: [consentRequestNotFound, consentRequestNotRetryable, oauthClientNotAllowed],
  handle: ({ body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const request = await requestLock(tx, workspace.uid, body.uid);
      if (!request) throw consentRequestNotFound('Record not found');
      if (!isOver(request.status) || request.status === 'completed') {
        throw consentRequestNotRetryable(`The consent request is ${request.status}`, {
          status: request.status,
        });
      }
      await allowedClient(tx, workspace.uid, request.clientId);
      const now = clock.now();
      const queued = await move(tx, request, { status: 'queued', attempts: 0, dueAt: now }, now);
      return { message: 'Consent request queued again', data: requestRow(queued) };
    }),
});
