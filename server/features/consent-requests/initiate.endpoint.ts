// POST /mailboxes/consent-request/initiate: signs in as a mailbox and agrees to what a client asks for.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { admissionErrors, admit } from './admit.ts';
import { begin } from './move.ts';
import { consentWish, startedRow, startedShape } from './schema.ts';

export const initiateConsentRequest = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.initiate',
  summary: 'Initiate consent request',
  description:
    'A browser opens `consent_url`, signs in as the mailbox with its password and one-time code, agrees, and follows the ' +
    'way back to the client. Only clients, hosts and scopes on the allow-list are agreed to (`POST ' +
    '/v1/api/oauth-clients/allow`). The mailbox is named by `mailbox_uid`, or by `username` and `domain`.',
  method: 'POST',
  path: '/mailboxes/consent-request/initiate',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uid', 'domain'],
  reachesOutside: true,
  right: 'secrets',
  body: consentWish,
  response: z.object({ data: startedShape }),
  errors: admissionErrors,
  async handle({ body, workspace, caller, commit }, context) {
    const request = await admit(context, { uid: workspace.uid, teamUid: caller.teamId }, body);
    return commit(async (tx) => {
      await begin(tx, [request]);
      return { message: 'Consent request initiated successfully', data: startedRow(request) };
    });
  },
});
