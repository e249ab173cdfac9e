// Front door of consent requests: signing in as a mailbox, in a browser, and agreeing to what a client asks for.
import { bulkInitiateConsentRequests } from './bulk-initiate.endpoint.ts';
import { cancelConsentRequest } from './cancel.endpoint.ts';
import { listClientIdRequests } from './client-id-list.endpoint.ts';
import { consentEvidence } from './evidence.endpoint.ts';
import { initiateConsentRequest } from './initiate.endpoint.ts';
import { initiateForClientId } from './initiate-for-client-id.endpoint.ts';
import { listConsentRequests } from './list.endpoint.ts';
import { registerClientId } from './register-client-id.endpoint.ts';
import { retryConsentRequest } from './retry.endpoint.ts';
import { consentScreenshot } from './screenshot.endpoint.ts';
import { consentRequestStatus } from './status.endpoint.ts';

export { admit as admitConsent, assertConsentAllowed } from './admit.ts';
export { clientIdRequestByUid } from './client-id-store.ts';
export { type ConsentRequest, consentStatuses, isOver as isConsentOver } from './consent-request.ts';
export {
  consentErrors,
  consentNotSupported,
  consentUrlNotAllowed,
  oauthClientNotAllowed,
} from './errors.ts';
export { begin as beginConsent } from './move.ts';
export { consentUrl } from './schema.ts';
export {
  mailboxesOfRequests,
  requestByUid as consentRequestByUid,
  requestsByUids as consentRequestsByUids,
} from './store.ts';
export { createConsentWorker, forgetConsentEvidence } from './work.job.ts';

export const consentEndpoints = [
  initiateConsentRequest,
  bulkInitiateConsentRequests,
  consentRequestStatus,
  listConsentRequests,
  cancelConsentRequest,
  retryConsentRequest,
  consentEvidence,
  consentScreenshot,
  registerClientId,
  listClientIdRequests,
  initiateForClientId,
];
