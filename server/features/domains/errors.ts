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

export const checkoutNotAvailable = defineError({
  code: 'checkout_not_available',
  status: 400,
  whatHappened:
    '`use_wallet_balance` is false, and this installation takes no payments outside of the wallet.',
  whatToDo: 'Send `use_wallet_balance: true` to pay from the wallet.',
});

export const domainErrors = [
  domainNotFound,
  domainNotAvailable,
  domainAlreadyOwned,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
  tldNotSold,
  checkoutNotAvailable,
];
