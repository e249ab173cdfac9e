// POST /mailboxes/consent-request/cancel: a request that is to go no further.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { isOver } from './consent-request.ts';
import { consentRequestNotFound, consentRequestOver } from './errors.ts';
import { move } from './move.ts';
import { requestRow, requestShape } from './schema.ts';
import { requestLock } from './store.ts';

export const cancelConsentRequest = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.cancel',
  summary: 'Cancel consent request',
  description:
    'One that is being worked stops before its next page. What a client was given before that is not taken back by it.',
  method: 'POST',
  path: '/mailboxes/consent-request/cancel',
  scope: 'workspace',
  keepsToDomains: ['uid'],
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ data: requestShape }),
  errors: [consentRequestNotFound, consentRequestOver],
  handle: ({ body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const request = await requestLock(tx, workspace.uid, body.uid);
      if (!request) throw consentRequestNotFound('Record not found');
      if (isOver(request.status)) {
        throw consentRequestOver(`The consent request is ${request.status}`, { status: request.status });
      }
      const cancelled = await move(tx, request, { status: 'cancelled' }, clock.now());
      return { message: 'Consent request cancelled successfully', data: requestRow(cancelled) };
    }),
});
