// POST /mailboxes/client-id-request/initiate-consent-request: consent to the client that was registered on the domain.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { admissionErrors, admit } from './admit.ts';
import { clientIdRequestFind } from './client-id-store.ts';
import { clientIdRequestNotCompleted, clientIdRequestNotFound } from './errors.ts';
import { begin } from './move.ts';
import { consentUrl, startedRow, startedShape } from './schema.ts';

export const initiateForClientId = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.initiate-for-client-id',
  summary: 'Initiate consent request for a registered client id',
  description: 'By the mailbox of the client-id request, unless `mailbox_uid` names another.',
  method: 'POST',
  path: '/mailboxes/client-id-request/initiate-consent-request',
  scope: 'workspace',
  reachesOutside: true,
  right: 'secrets',
  body: z.strictObject({
    uid: uidToFind.meta({ description: 'The client-id request' }),
    consent_url: consentUrl,
    mailbox_uid: z.uuid().optional(),
  }),
  response: z.object({ data: startedShape }),
  errors: [clientIdRequestNotFound, clientIdRequestNotCompleted, ...admissionErrors],
  async handle({ body, workspace, caller, commit }, context) {
    const registered = await clientIdRequestFind(context.db, workspace.uid, body.uid);
    if (!registered) throw clientIdRequestNotFound('Record not found');
    if (registered.status !== 'completed') {
      throw clientIdRequestNotCompleted(`The client-id request is ${registered.status}`, {
        status: registered.status,
        reason: registered.statusReason,
      });
    }
    const wish = {
      mailbox_uid: body.mailbox_uid ?? registered.mailboxUid,
      consent_url: body.consent_url,
      request_data: { client_id: registered.clientId },
    };
    const whose = { uid: workspace.uid, teamUid: caller.teamId };
    const request = await admit(context, whose, wish, registered.uid);
    return commit(async (tx) => {
      await begin(tx, [request]);
      return { message: 'Consent request initiated successfully', data: startedRow(request) };
    });
  },
});
