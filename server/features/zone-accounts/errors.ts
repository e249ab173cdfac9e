// Errors of accounts of zones.
import { defineError } from '../../http/errors.ts';

export const invalidCredential = defineError({
  code: 'invalid_credential',
  status: 400,
  whatHappened:
    'The DNS host does not know the credential, or does not let it list zones. Nothing was stored and nothing was connected.',
  whatToDo:
    'Copy the credential again, see that it has not expired and is not limited to other addresses, and that it may read the zones to connect.',
});

export const noDnsAccess = defineError({
  code: 'no_dns_access',
  status: 400,
  whatHappened:
    'The credential is known, and may not read or change DNS records. Nothing was stored and nothing was connected.',
  whatToDo: 'Give it the right to edit DNS on the zones to connect; reading zones alone is not enough.',
});

export const noZonesFound = defineError({
  code: 'no_zones_found',
  status: 400,
  whatHappened: 'The credential is known, and there is no zone that it reaches. Nothing was stored.',
  whatToDo: 'Add the domain to the account first, or include its zone in what the credential may see.',
});

export const noZoneCredentials = defineError({
  code: 'no_zone_credentials',
  status: 404,
  whatHappened: 'The workspace has stored no credential for accounts of this DNS host.',
  whatToDo:
    'Send one to `POST /v1/api/cloudflare-domains/connect`; with nothing else it is checked and stored.',
});

export const zoneCredentialNotFound = defineError({
  code: 'zone_credential_not_found',
  status: 404,
  whatHappened: 'The workspace has no stored credential with this uid.',
  whatToDo: 'List them with `GET /v1/api/cloudflare-domains/credentials`.',
});

export const zoneCredentialInUse = defineError({
  code: 'zone_credential_in_use',
  status: 409,
  whatHappened:
    'Domains are connected with the credential; `domains` lists them. Without it their records could neither be changed ' +
    'nor taken away. Nothing was forgotten.',
  whatToDo:
    'Disconnect the domains first, or connect them with another credential of the same account: they move over to it when this one no longer works.',
});

export const accountAlreadyUsed = defineError({
  code: 'ACCOUNT_ALREADY_USED',
  status: 409,
  whatHappened:
    'Another team of this installation has connected the account that the credential opens. Nothing was stored.',
  whatToDo: 'Let the other team forget its credential first, or use an account of your own.',
});

export const dnsHostUnavailable = defineError({
  code: 'dns_host_unavailable',
  status: 503,
  whatHappened: 'The DNS host could not be asked, or asked to come back later; `Retry-After` says when.',
  whatToDo: 'Send the request again after that time. Nothing was stored and nothing was connected.',
});

export const zoneAccountErrors = [
  invalidCredential,
  noDnsAccess,
  noZonesFound,
  noZoneCredentials,
  zoneCredentialNotFound,
  zoneCredentialInUse,
  accountAlreadyUsed,
  dnsHostUnavailable,
];
