// Errors of domains whose zone lies in an account of their owner's.
import { defineError } from '../../http/errors.ts';

export const domainNotAllowed = defineError({
  code: 'domain_not_allowed',
  status: 400,
  whatHappened:
    'None of the names of the request is a zone that the credential reaches; `domains` lists them. Nothing was stored and nothing was connected.',
  whatToDo:
    'Send names as `GET /v1/api/cloudflare-domains/zones` lists them in `domains`, or `connect_all: true`. To connect a domain that is elsewhere, use `POST /v1/api/domains/nameservers`.',
});

export const zoneNotFound = defineError({
  code: 'zone_not_found',
  status: 404,
  whatHappened:
    'The credential reaches no zone of this name. Other names of the request are not held up by it.',
  whatToDo: 'Add the domain to the account first, or include its zone in what the credential may see.',
});

export const zoneNotDelegated = defineError({
  code: 'zone_not_delegated',
  status: 409,
  whatHappened:
    'The zone is in the account, and the world is not sent to it: anybody can add any name to an account, only its owner can delegate it.',
  whatToDo:
    'Set the `nameservers` of the answer at the registrar of the domain, wait until the DNS host shows the zone as active, and connect it again.',
});

export const zoneConflict = defineError({
  code: 'zone_conflict',
  status: 409,
  whatHappened:
    'The zone has mail records of its owner’s, and the request asked for such zones to be left alone (`validateDNS`). `dns_conflict` lists the records.',
  whatToDo:
    'Remove the records at the DNS host if the mail is to come here, or connect without `validateDNS`: records of the owner’s are never touched, and those of ours that would stand against them are left out.',
});

export const credentialConflict = defineError({
  code: 'CREDENTIAL_CONFLICT',
  status: 409,
  whatHappened:
    'The domains of the request are connected already through another account at the DNS host, whose credential still works. Nothing was changed.',
  whatToDo:
    'Nothing has to be done for the domains to work. To move them to the other account, disconnect them first. A new credential of the same account takes over without that.',
});

export const hostedDomainErrors = [
  domainNotAllowed,
  zoneNotFound,
  zoneNotDelegated,
  zoneConflict,
  credentialConflict,
];
