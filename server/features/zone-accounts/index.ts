// Front door of zone-accounts: credentials for accounts of zones at DNS hosts of the customers' own, and which domains
// are kept in them. It knows no vendor: callers name one, and the registry of providers knows it.
export { checkCredentials, type Resume } from './check-credentials.job.ts';
export type { GivenCredential, ZoneCredential } from './credential.ts';
export {
  accountAlreadyUsed,
  dnsHostUnavailable,
  invalidCredential,
  noDnsAccess,
  noZoneCredentials,
  noZonesFound,
  zoneAccountErrors,
  zoneCredentialInUse,
  zoneCredentialNotFound,
} from './errors.ts';
export { eventOf as credentialEvent, keepCredential } from './keep.ts';
export { noteRefusal } from './note-refusal.ts';
export { asking, openAccount, storedAccount, usedElsewhere } from './open.ts';
export {
  choiceDelete as leaveAccount,
  choiceSet as keepInAccount,
  credentialDelete,
  credentialOfWorkspaceLock,
  credentialStatuses,
  credentialsOfWorkspace,
  domainsOfCredentials,
} from './store.ts';
