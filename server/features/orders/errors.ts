// Errors of the orders feature.
import { defineError } from '../../http/errors.ts';

export const orderNotFound = defineError({
  code: 'order_not_found',
  status: 404,
  whatHappened: 'The workspace has no order with this id.',
  whatToDo: 'List the orders of the workspace with `GET /v1/api/orders`.',
});

export const orderTooLarge = defineError({
  code: 'order_too_large',
  status: 400,
  whatHappened: 'The order names more mailboxes than one order may hold. Nothing was bought.',
  whatToDo: 'Split it into several orders; `maximum` is in the answer.',
});

export const emailNotOnDomain = defineError({
  code: 'email_not_on_domain',
  status: 400,
  whatHappened: 'A mailbox stands under a domain that its address is not on. Nothing was bought.',
  whatToDo: 'Put the mailbox under its own domain; `email` and `domain` in the answer say which one.',
});

export const nothingToCancel = defineError({
  code: 'nothing_to_cancel',
  status: 409,
  whatHappened:
    'Everything in the order is bought already, or has ended; `parts` says what is what. Nothing was changed.',
  whatToDo:
    'Cancel a mailbox with `POST /mailboxes/cancel`; a name that was registered is held for the years it was bought for.',
});

export const nothingToRetry = defineError({
  code: 'nothing_to_retry',
  status: 409,
  whatHappened: 'Nothing of the order failed, or what failed was retried before. Nothing was bought.',
  whatToDo: 'Look at the order with `GET /orders/{order_id}`.',
});

export const orderNotEnded = defineError({
  code: 'order_not_ended',
  status: 409,
  whatHappened: 'The order goes on: what failed in it is not known yet. Nothing was bought.',
  whatToDo: 'Wait until its status is `error`, then retry what failed.',
});

export const orderErrors = [
  nothingToCancel,
  nothingToRetry,
  orderNotEnded,
  orderNotFound,
  orderTooLarge,
  emailNotOnDomain,
];
