// What is told of consent requests and client-id requests. Addresses stay out: states and codes are in them.
import type { NewEvent } from '../events/index.ts';
import type { ClientIdRequest } from './client-id-request.ts';
import type { ConsentRequest } from './consent-request.ts';

export const consentStatusChanged = (
  request: ConsentRequest,
  previousStatus: string | null,
  occurredAt: Date,
): NewEvent => ({
  teamUid: request.teamUid,
  workspaceUid: request.workspaceUid,
  type: 'consent_request.status_changed',
  subjectType: 'consent_request',
  subjectUid: request.uid,
  data: {
    status: request.status,
    previous_status: previousStatus,
    status_text: request.statusText,
    status_reason: request.statusReason,
    reason_code: request.reasonCode,
    mailbox_uid: request.mailboxUid,
    mailbox_email: request.mailboxEmail,
    client_id: request.clientId,
    attempts: request.attempts,
  },
  occurredAt,
});

export const clientIdStatusChanged = (
  request: ClientIdRequest,
  previousStatus: string | null,
  occurredAt: Date,
): NewEvent => ({
  teamUid: request.teamUid,
  workspaceUid: request.workspaceUid,
  type: 'client_id_request.status_changed',
  subjectType: 'client_id_request',
  subjectUid: request.uid,
  data: {
    status: request.status,
    previous_status: previousStatus,
    status_text: request.statusText,
    status_reason: request.statusReason,
    domain_name: request.domainName,
    client_id: request.clientId,
  },
  occurredAt,
});
