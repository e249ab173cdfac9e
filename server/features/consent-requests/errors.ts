// Errors of consent requests.
import { defineError } from '../../http/errors.ts';

export const consentRequestNotFound = defineError({
  code: 'consent_request_not_found',
  status: 404,
  whatHappened: 'The workspace has no consent request with this uid.',
  whatToDo: 'List them with `GET /v1/api/mailboxes/consent-requests`.',
});

export const consentEvidenceNotFound = defineError({
  code: 'consent_evidence_not_found',
  status: 404,
  whatHappened: 'There is no such picture, or it was kept long enough and is gone.',
  whatToDo: 'List what there is with `GET /v1/api/mailboxes/consent-request/evidence`.',
});

export const clientIdRequestNotFound = defineError({
  code: 'client_id_request_not_found',
  status: 404,
  whatHappened: 'The workspace has no client-id request with this uid.',
  whatToDo: 'List them with `GET /v1/api/mailboxes/client-id-requests`.',
});

export const clientIdRequestNotCompleted = defineError({
  code: 'client_id_request_not_completed',
  status: 409,
  whatHappened:
    'The client is not registered on the domain; `status` and `reason` in the answer say how far it came.',
  whatToDo: 'Wait for it, or mend what `reason` says and request it anew.',
});

export const oauthClientNotAllowed = defineError({
  code: 'oauth_client_not_allowed',
  status: 400,
  whatHappened:
    'The client is not on the allow-list of the workspace, or waits for its second approver, or the address and ' +
    '`request_data` name different clients. Nothing was requested.',
  whatToDo:
    'Put the client on the list with `POST /v1/api/oauth-clients/allow`, and name it in the address (`client_id`) or in ' +
    '`request_data.client_id`.',
});

export const consentUrlNotAllowed = defineError({
  code: 'consent_url_not_allowed',
  status: 400,
  whatHappened:
    'The address, or the one it returns to, is on a host that is neither the sign-in of the mailbox nor on the ' +
    'allow-list of the client; or it asks for more scopes than the list lets the client have. Nothing was requested.',
  whatToDo: 'Use the address that the client gave you, or allow the client with this host and these scopes.',
});

export const consentNotSupported = defineError({
  code: 'consent_not_supported',
  status: 400,
  whatHappened:
    'Nobody here knows the sign-in pages of the host that has this mailbox. Nothing was requested.',
  whatToDo: 'Sign in as the mailbox by hand, with `GET /v1/api/mailboxes/show-credentials`.',
});

export const consentMailboxNotActive = defineError({
  code: 'consent_mailbox_not_active',
  status: 409,
  whatHappened: 'The mailbox is not active, so nobody can sign in as it; `status` says what it is.',
  whatToDo: 'Wait until it is active, or reactivate it.',
});

export const consentRequestOver = defineError({
  code: 'consent_request_over',
  status: 409,
  whatHappened: 'The consent request has ended, so there is nothing to cancel; `status` says how.',
  whatToDo: 'Nothing. What a client was given is taken back at the client, or by deleting the client.',
});

export const consentRequestNotRetryable = defineError({
  code: 'consent_request_not_retryable',
  status: 409,
  whatHappened:
    'Only a request that failed, went wrong or was cancelled can be tried again; `status` says what it is.',
  whatToDo: 'Wait until it has ended. After consent was given, begin a new one.',
});

export const consentErrors = [
  consentRequestNotFound,
  consentEvidenceNotFound,
  clientIdRequestNotFound,
  clientIdRequestNotCompleted,
  oauthClientNotAllowed,
  consentUrlNotAllowed,
  consentNotSupported,
  consentMailboxNotActive,
  consentRequestOver,
  consentRequestNotRetryable,
];
