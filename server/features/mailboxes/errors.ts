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
    'An address of the request has a mailbox already, or was its address until a while ago; `mailboxes` lists them. ' +
    'Nothing was bought, charged or changed.',
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
    'A username of the request cannot be the part of an address before the @. Nothing was bought or changed.',
  whatToDo:
    'Use letters a–z, digits, dots, hyphens and underscores, at most 64 characters, beginning and ending with a ' +
    'letter or digit. `postmaster`, `abuse` and a few others belong to the installation (RFC 2142).',
});

export const mailboxBusy = defineError({
  code: 'mailbox_busy',
  status: 409,
  whatHappened:
    'Something is under way with the mailbox that has to end first: it is being made, reactivated or deleted; the ' +
    'message says which.',
  whatToDo: 'Look at its status with `POST /v1/api/mailboxes/status`, and try again when it has moved.',
});

export const mailboxHasEnded = defineError({
  code: 'mailbox_has_ended',
  status: 409,
  whatHappened: 'The mailbox failed, or was cancelled, archived or deleted.',
  whatToDo:
    'A cancelled or archived mailbox comes back with `POST /v1/api/mailboxes/reactivate`; one that failed or was deleted ' +
    'can be bought anew.',
});

export const mailboxNotClosed = defineError({
  code: 'mailbox_not_closed',
  status: 409,
  whatHappened: 'The mailbox works, so there is nothing to reactivate.',
  whatToDo:
    'Nothing. To keep one that is scheduled for cancellation, send `POST /v1/api/mailboxes/uncancel`; to pay an unpaid ' +
    'one, `POST /v1/api/mailboxes/renew`.',
});

export const mailboxNotScheduledForCancellation = defineError({
  code: 'mailbox_not_scheduled_for_cancellation',
  status: 409,
  whatHappened: 'The mailbox is not about to be cancelled, so there is nothing to take back.',
  whatToDo: 'One that has ended already comes back with `POST /v1/api/mailboxes/reactivate`.',
});

export const mailboxNotRenewable = defineError({
  code: 'mailbox_not_renewable',
  status: 409,
  whatHappened:
    'Time can be paid ahead for mailboxes that work and go on, and one of these does not: it is being made, suspended, ' +
    'about to be cancelled, or over. `mailboxes` lists them. Nothing was charged.',
  whatToDo:
    'Reactivate it (`POST /v1/api/mailboxes/reactivate`) or take its cancellation back ' +
    '(`POST /v1/api/mailboxes/uncancel`) first.',
});

export const prepaidTooLong = defineError({
  code: 'prepaid_too_long',
  status: 400,
  whatHappened: 'A mailbox would be paid for further ahead than is sold. Nothing was charged.',
  whatToDo: 'Pay for fewer months; `maximum_months` says how far ahead of today a mailbox can be paid.',
});

export const domainTeardownUnconfirmed = defineError({
  code: 'domain_teardown_unconfirmed',
  status: 409,
  whatHappened:
    "The mailbox is the first of its domain, the admin, and others remain on it: without the admin the domain's whole " +
    'set-up ends. Nothing was cancelled.',
  whatToDo:
    'To end the domain with all of its mailboxes, send `confirm_domain_teardown: true`. To end some of them, leave the ' +
    'admin out.',
});

export const domainNotActive = defineError({
  code: 'domain_not_active',
  status: 409,
  whatHappened: 'The domain of the mailbox is not active, so nothing would reach the mailbox.',
  whatToDo: 'Look at the domain with `GET /v1/api/domains/details`; renew it when it has run out.',
});

export const mailboxNotChangeable = defineError({
  code: 'mailbox_not_changeable',
  status: 409,
  whatHappened:
    'The mailbox is just being made, or was cancelled or removed; `status` and `reason` in the answer say which and why. ' +
    'Nothing was changed.',
  whatToDo: 'Wait until a new mailbox is `active`. One that is gone can no longer be changed.',
});

export const mailboxBeingChanged = defineError({
  code: 'mailbox_being_changed',
  status: 409,
  whatHappened:
    'The same thing of the mailbox (`change` in the answer) is being changed already, and what it ends in is not known ' +
    'yet. Nothing was changed.',
  whatToDo:
    'Wait until `mailbox_update_status` is `completed` or `failed`, then send the request again if it is still needed.',
});

export const weakPassword = defineError({
  code: 'weak_password',
  status: 400,
  whatHappened:
    'The new password is too easy to guess or holds characters that not every mail program sends.',
  whatToDo:
    'Take 12 to 128 visible ASCII characters that mix three of lower case, upper case, digits and signs (or 20 of any ' +
    'kind) and hold neither the name nor the address. Leave the password out to get a random one.',
});

export const emptySignature = defineError({
  code: 'empty_signature',
  status: 400,
  whatHappened: 'Nothing of the signature is left once everything is taken out that must not be shown.',
  whatToDo:
    'Send text, or HTML with text or pictures in it. `POST /v1/api/mailboxes/signature/delete` removes a signature.',
});

export const forwardingToItself = defineError({
  code: 'forwarding_to_itself',
  status: 400,
  whatHappened:
    'A mailbox of the request would forward to an address of its own, and its mail would go in a circle. Nothing was ' +
    'changed.',
  whatToDo: 'Name an address of another mailbox, or leave the mailbox (`email` in the answer) out.',
});

export const driftNotFound = defineError({
  code: 'mailbox_drift_not_found',
  status: 404,
  whatHappened: 'The workspace has no difference with this uid.',
  whatToDo: 'List the differences of the workspace with `GET /v1/api/mailboxes/drift`.',
});

export const driftNotRemovable = defineError({
  code: 'mailbox_drift_not_removable',
  status: 409,
  whatHappened:
    'The difference is no mailbox that only the host knows, or is over, or the mailbox has become one of this ' +
    'installation. Nothing was removed.',
  whatToDo:
    'Differences of other kinds are repaired by the comparisons. A mailbox of the workspace is removed with ' +
    '`POST /v1/api/mailboxes/cancel`.',
});

export const removalNotConfirmed = defineError({
  code: 'removal_not_confirmed',
  status: 400,
  whatHappened:
    '`confirm_email` is not the address of the mailbox that would be removed. Nothing was removed.',
  whatToDo:
    'Send the address that the difference shows as `email`: the mailbox and all of its mail are gone then.',
});

export const mailboxErrors = [
  driftNotFound,
  driftNotRemovable,
  removalNotConfirmed,
  emptySignature,
  forwardingToItself,
  mailboxNotChangeable,
  mailboxBeingChanged,
  weakPassword,
  mailboxNotFound,
  mailboxHasNoCredentials,
  mailboxExists,
  duplicateMailbox,
  noDomainsFound,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
  invalidUsername,
  mailboxBusy,
  mailboxHasEnded,
  mailboxNotClosed,
  mailboxNotScheduledForCancellation,
  mailboxNotRenewable,
  prepaidTooLong,
  domainTeardownUnconfirmed,
  domainNotActive,
];
