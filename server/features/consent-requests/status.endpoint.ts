// GET /mailboxes/consent-request/status/{uid}: how far a consent request has come, and why it ended.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { consentRequestNotFound } from './errors.ts';
import { requestRow, requestShape } from './schema.ts';
import { requestFind } from './store.ts';

export const consentRequestStatus = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.status',
  summary: 'Get consent request status',
  description:
    '`queued` → `pending` → `processing` → `completed`, `failed` (the pages or the client said no), `errored` (it went ' +
    'wrong more than once) or `cancelled`.',
  method: 'GET',
  path: '/mailboxes/consent-request/status/{uid}',
  scope: 'workspace',
  keepsToDomains: ['uid'],
  params: z.strictObject({ uid: uidToFind }),
  response: z.object({ data: requestShape }),
  errors: [consentRequestNotFound],
  async handle({ params, workspace }, { db }) {
    const request = await requestFind(db, workspace.uid, params.uid);
    if (!request) throw consentRequestNotFound('Record not found');
    return { message: 'Consent request status retrieved successfully', data: requestRow(request) };
  },
});
