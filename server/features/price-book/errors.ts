// Errors of the price book.
import { defineError } from '../../http/errors.ts';

export const pricesVersionNotFound = defineError({
  code: 'prices_version_not_found',
  status: 404,
  whatHappened: 'The price book has no version of this number.',
  whatToDo: 'List the versions with `GET /admin/price-book/versions` and take a number from there.',
});

export const pricesChanged = defineError({
  code: 'prices_changed',
  status: 409,
  whatHappened:
    'The price book is not in the version that the change was made for: somebody else changed it meanwhile. ' +
    '`current_version` says which is in force. Nothing was changed.',
  whatToDo: 'Look at the book as it is now, and send the change again with its version.',
});

export const pricesInvalid = defineError({
  code: 'prices_invalid',
  status: 400,
  whatHappened:
    'The price book would not hold together with this change; `problems` names each place. Nothing was changed.',
  whatToDo:
    'A new plan or top-level domain needs all of its prices; `first_plan` names a plan that is sold; the ages of ' +
    '`prewarm.mailbox_prices` begin with 0 and rise. Correct the change and send it again.',
});

export const planInUse = defineError({
  code: 'plan_in_use',
  status: 409,
  whatHappened:
    'A plan that teams are subscribed to cannot be taken out of the price book; `plans` names them. Nothing was changed.',
  whatToDo: 'Set `sold` to false instead: teams that have the plan keep it, and nobody else can take it.',
});

export const priceBookErrors = [pricesVersionNotFound, pricesChanged, pricesInvalid, planInUse];
