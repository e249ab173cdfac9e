// POST /mailboxes/consent-request/bulk-initiate: many consent requests, all of them or none.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { admissionErrors, admit } from './admit.ts';
import type { ConsentRequest } from './consent-request.ts';
import { begin } from './move.ts';
import { consentWish, startedRow, startedShape } from './schema.ts';

export const bulkInitiateConsentRequests = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.bulk-initiate',
  summary: 'Initiate many consent requests',
  description:
    'Every request with an address of its own: what a client sends somebody to is good for one mailbox. When one cannot ' +
    'be taken none is.',
  method: 'POST',
  path: '/mailboxes/consent-request/bulk-initiate',
  scope: 'workspace',
  keepsToDomains: ['requests.mailbox_uid', 'requests.domain'],
  reachesOutside: true,
  right: 'secrets',
  rateLimit: 'bulk',
  body: z.strictObject({ requests: z.array(consentWish).min(1).max(500) }),
  response: z.object({ data: z.array(startedShape) }),
  errors: admissionErrors,
  async handle({ body, workspace, caller, commit }, context) {
    const requests: ConsentRequest[] = [];
    for (const wish of body.requests) {
      requests.push(await admit(context, { uid: workspace.uid, teamUid: caller.teamId }, wish));
    }
    return commit(async (tx) => {
      await begin(tx, requests);
      return {
        message: `Consent requests initiated successfully: ${requests.length}`,
        data: requests.map(startedRow),
      };
    });
  },
});
