// Errors of the mailboxes feature.
import { defineError } from '../../http/errors.ts';

export const mailboxNotFound = defineError({
  code: 'mailbox_not_found',
  status: 404,
  whatHappened: 'The workspace has no mailbox with this uid or address.',
  whatToDo: 'List the mailboxes of the workspace with `POST /v1/api/mailboxes/list`.',
});

export const mailboxHasNoCredentials = defineError({
  code: 'mailbox_has_no_credentials',
  status: 409,
  whatHappened:
    'The mailbox failed, or was cancelled or removed, so there is nothing to sign in to; `status` and `reason` in the ' +
    'answer say which and why.',
  whatToDo: 'Use another mailbox. An address that is free again can be bought anew.',
});

export const mailboxExists = defineError({
  code: 'mailbox_exists',
  status: 409,
  whatHappened:
    'An address of the request has a mailbox already; `mailboxes` lists them. Nothing was bought and nothing was charged.',
  whatToDo:
    'Leave these addresses out. A mailbox of your own shows its state with `POST /v1/api/mailboxes/list`.',
});

export const duplicateMailbox = defineError({
  code: 'duplicate_mailbox',
  status: 400,
  whatHappened:
    'The request names one address more than once; upper and lower case count as the same. Nothing was bought.',
  whatToDo: 'Name each address once.',
});

export const noDomainsFound = defineError({
  code: 'no_domains_found',
  status: 400,
  whatHappened:
    'A `domain_name` of the request is no domain of the workspace that can take mailboxes; `domains` lists them. ' +
    'Nothing was bought.',
  whatToDo:
    'Register the domain in this workspace first. A domain that is being registered or set up can take mailboxes ' +
    'already: they become active after it. One that is `inactive` or cancelled cannot.',
});

export const mixedPlatforms = defineError({
  code: 'mixed_platforms',
  status: 400,
  whatHappened:
    'All mailboxes of one domain have one platform, and the request would mix two. Nothing was bought.',
  whatToDo: 'Use the platform the domain has (`platform` in the answer), or another domain.',
});

export const tooManyMailboxesOnDomain = defineError({
  code: 'too_many_mailboxes_on_domain',
  status: 400,
  whatHappened: 'The domain would hold more mailboxes than this installation allows. Nothing was bought.',
  whatToDo: 'Spread the mailboxes over more domains; `maximum` and `current` are in the answer.',
});

export const invalidUsername = defineError({
  code: 'invalid_username',
  status: 400,
  whatHappened:
    'A username of the request cannot be the part of an address before the @. Nothing was bought.',
  whatToDo:
    'Use letters a–z, digits, dots, hyphens and underscores, at most 64 characters, beginning and ending with a ' +
    'letter or digit. `postmaster`, `abuse` and a few others belong to the installation (RFC 2142).',
});

export const mailboxErrors = [
  mailboxNotFound,
  mailboxHasNoCredentials,
  mailboxExists,
  duplicateMailbox,
  noDomainsFound,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
  invalidUsername,
];
