// Errors of the domains feature.
import { defineError } from '../../http/errors.ts';

export const domainNotFound = defineError({
  code: 'domain_not_found',
  status: 404,
  whatHappened: 'The workspace has no domain with this uid or name.',
  whatToDo:
    'List the domains of the workspace with `POST /v1/api/domains/list`; names are compared in lower case.',
});

export const domainNotAvailable = defineError({
  code: 'domain_not_available',
  status: 409,
  whatHappened:
    'A name of the request cannot be registered: somebody has it, it is banned, or its top-level domain is not ' +
    'sold here. `domains` says which and why. Nothing was bought and nothing was charged.',
  whatToDo: 'Leave the named domains out, or choose others with `POST /v1/api/domains/search`.',
});

export const domainAlreadyOwned = defineError({
  code: 'domain_already_owned',
  status: 409,
  whatHappened: 'Your team owns a domain of the request already, or is just buying it. Nothing was charged.',
  whatToDo: 'Use the domain that is there (`domain_uids` in the answer), and leave it out of the purchase.',
});

export const duplicateDomain = defineError({
  code: 'duplicate_domain',
  status: 400,
  whatHappened: 'The request names one domain more than once. Nothing was bought.',
  whatToDo: 'Name each domain once.',
});

export const internationalizedName = defineError({
  code: 'internationalized_name',
  status: 400,
  whatHappened:
    'The name has characters outside of ASCII, or is the `xn--` form of such a name. These are not sold here: ' +
    'mail from them is refused or shown garbled by too many receivers. Nothing was bought.',
  whatToDo: 'Choose a name of letters a–z, digits and hyphens.',
});

export const invalidDomainName = defineError({
  code: 'invalid_domain_name',
  status: 400,
  whatHappened:
    'The text is not a domain name that can be registered; the message says which rule it breaks.',
  whatToDo:
    'Send the name as `label.tld`, without `https://`, path or `www.`, in letters, digits and hyphens.',
});

export const tldNotSold = defineError({
  code: 'tld_not_sold',
  status: 400,
  whatHappened:
    'A top-level domain of the request is not sold here; `supported_tlds` lists the ones that are.',
  whatToDo: 'Use one of `supported_tlds`, with or without the leading dot.',
});

export const domainWasBought = defineError({
  code: 'domain_was_bought',
  status: 404,
  whatHappened:
    'The operation is for domains that were connected, and these were bought here: their nameservers are right from ' +
    'the start and kept by themselves. `result` has a row for every name of the request. Nothing was changed.',
  whatToDo:
    'Follow a bought domain with `GET /v1/api/domains/details`; it becomes `active` by itself. Ask whether its ' +
    'nameservers answer with `POST /v1/api/domains/nameservers/check-propagation`.',
});

/** What is asked instead about a domain that was bought. */
export const wayToLook = 'POST /v1/api/domains/nameservers/check-propagation looks at them';

export const domainWasConnected = defineError({
  code: 'domain_was_connected',
  status: 409,
  whatHappened:
    'The operation is for domains that were bought here, and `domains` lists ones that were connected: somebody else ' +
    'is their registrar. Nothing was changed and nothing was charged.',
  whatToDo: 'Renew a connected domain where it was bought.',
});

export const domainBanned = defineError({
  code: 'domain_banned',
  status: 403,
  whatHappened: 'The name is banned on this installation, so it can be neither bought nor connected.',
  whatToDo: 'Use another name. `GET /v1/api/domains/banned` says beforehand whether a name is banned.',
});

export const domainHeldElsewhere = defineError({
  code: 'domain_held_elsewhere',
  status: 409,
  whatHappened:
    'The name cannot be connected to this workspace: another workspace has it, or it still points here from the time ' +
    'when somebody else had it, so that pointing here proves nothing.',
  whatToDo:
    'Remove it from the other workspace of your team first. If you own the domain and it points to our nameservers ' +
    'already, point it elsewhere at its registrar, wait until that is seen, and connect it again.',
});

export const domainBeingRemoved = defineError({
  code: 'domain_being_removed',
  status: 409,
  whatHappened: 'The domain is being removed from this workspace.',
  whatToDo:
    'Wait until it is `deleted`, usually a few seconds; then its name can be connected again with ' +
    '`POST /v1/api/domains/nameservers`.',
});

export const domainBeingRegistered = defineError({
  code: 'domain_being_registered',
  status: 409,
  whatHappened:
    'A domain of the request is still being registered, which cannot be taken back half way; `domains` lists those. ' +
    'Nothing was changed.',
  whatToDo: 'Wait until its status is no longer `registration_in_progress`, then send the request again.',
});

export const domainHasMailboxes = defineError({
  code: 'domain_has_mailboxes',
  status: 409,
  whatHappened:
    'Domains of the request still have mailboxes; `domains` lists them with how many. Removing a domain removes its ' +
    'mailboxes and the mail in them, for good and without a refund. Nothing was removed.',
  whatToDo:
    'Send the request again with `confirm_mailboxes: true` if that is what you want, or leave these domains out.',
});

export const domainNotRenewable = defineError({
  code: 'domain_not_renewable',
  status: 409,
  whatHappened:
    'A domain of the request cannot be renewed now: it is not registered yet, or is being removed. `domains` lists ' +
    'those. Nothing was charged.',
  whatToDo: 'Wait until it is registered, then send the request again.',
});

export const renewalInProgress = defineError({
  code: 'renewal_in_progress',
  status: 409,
  whatHappened:
    'A domain of the request is being renewed already; `domains` lists those. Nothing was charged.',
  whatToDo: 'Follow it with `GET /v1/api/domains/renewal-status`, and renew again when it has ended.',
});

export const renewalTooLong = defineError({
  code: 'renewal_too_long',
  status: 400,
  whatHappened:
    'A domain would be registered for more than ten years from now, which registries refuse; `domains` lists those ' +
    'with when they run out. Nothing was charged.',
  whatToDo: 'Renew for fewer years.',
});

export const domainErrors = [
  domainNotFound,
  domainNotAvailable,
  domainAlreadyOwned,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
  tldNotSold,
  domainWasBought,
  domainWasConnected,
  domainBanned,
  domainHeldElsewhere,
  domainBeingRemoved,
  domainBeingRegistered,
  domainHasMailboxes,
  domainNotRenewable,
  renewalInProgress,
  renewalTooLong,
];
