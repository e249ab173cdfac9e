// POST /mailboxes/client-id-request/initiate: has a domain take the requests of a client.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxFind, mailboxNotFound } from '../mailboxes/index.ts';
import { clientId } from '../oauth-clients/index.ts';
import { allowedClient } from './admit.ts';
import type { ClientIdRequest } from './client-id-request.ts';
import { clientIdRequestInsert } from './client-id-store.ts';
import { oauthClientNotAllowed } from './errors.ts';
import { clientIdStatusChanged } from './events.ts';
import { clientIdRow, clientIdShape } from './schema.ts';

export const registerClientId = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.register-client-id',
  summary: 'Initiate client-id request',
  description:
    'A domain whose mailboxes are on this installation takes every client of the allow-list, so that its request is ' +
    'completed at once. Where the host of the domain has to be asked and has no interface for it, the request fails and ' +
    'says what a person has to do there.',
  method: 'POST',
  path: '/mailboxes/client-id-request/initiate',
  scope: 'workspace',
  body: z.strictObject({
    client_id: clientId,
    domain_name: z.string().trim().toLowerCase().min(1).max(253),
    mailbox_email: z.string().trim().toLowerCase().min(3).max(320),
  }),
  response: z.object({ data: clientIdShape }),
  errors: [mailboxNotFound, oauthClientNotAllowed],
  async handle({ body, workspace, caller, commit }, { db, clock, providers }) {
    const mailbox = await mailboxFind(db, workspace.uid, { address: body.mailbox_email });
    if (mailbox?.domainName !== body.domain_name) throw mailboxNotFound('Record not found');
    const client = await allowedClient(db, workspace.uid, body.client_id);
    const scope = { workspaceId: workspace.uid, domain: mailbox.domainName };
    const flow = providers.consentFlow(await providers.consentVendor(mailbox.platform, scope));
    const problem = flow?.clientRegistration ?? 'Nobody here knows how the host of the domain takes clients.';
    return commit(async (tx) => {
      const now = clock.now();
      const queued: ClientIdRequest = {
        uid: newId(),
        teamUid: caller.teamId,
        workspaceUid: workspace.uid,
        clientId: client.clientId,
        domainName: body.domain_name,
        mailboxUid: mailbox.uid,
        status: 'queued',
        statusText: 'Waiting for its turn',
        statusReason: null,
        createdAt: now,
        completedAt: null,
      };
      const ended: ClientIdRequest =
        problem === 'not_needed'
          ? { ...queued, status: 'completed', statusText: 'The domain takes the client', completedAt: now }
          : {
              ...queued,
              status: 'failed',
              statusText: 'The domain has to be told by a person',
              statusReason: problem,
              completedAt: now,
            };
      await clientIdRequestInsert(tx, ended);
      await recordEvents(tx, [
        clientIdStatusChanged(queued, null, now),
        clientIdStatusChanged(ended, queued.status, now),
      ]);
      return { message: 'Client-id request initiated successfully', data: clientIdRow(ended) };
    });
  },
});
