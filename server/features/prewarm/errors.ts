// Errors of the prewarm feature.
import { defineError } from '../../http/errors.ts';

export const prewarmNotAvailable = defineError({
  code: 'prewarm_not_available',
  status: 409,
  whatHappened:
    'A prewarmed domain of the request is not for sale: it never was, it is sold, or somebody else bought it a moment ago. Nothing was bought and nothing charged.',
  whatToDo:
    'Look for another one with `POST /v1/api/prewarm/search-domains`; `domain` in the answer says which one it was.',
});

export const prewarmMailboxCount = defineError({
  code: 'prewarm_mailbox_count',
  status: 400,
  whatHappened:
    'The request names another number of mailboxes than the prewarmed domain has. A domain is sold with all of its mailboxes. Nothing was bought.',
  whatToDo:
    'Name each of its mailboxes, `expected` in the answer says how many; or leave `mailboxes` out to keep their names.',
});

export const prewarmOrderNotFound = defineError({
  code: 'prewarm_order_not_found',
  status: 404,
  whatHappened: 'The workspace has no order of prewarmed domains with this id.',
  whatToDo: 'Use `order_uid` from the answer of `POST /v1/api/prewarm/buy-domain`.',
});

export const prewarmStockNotFound = defineError({
  code: 'prewarm_stock_not_found',
  status: 404,
  whatHappened: 'There is nothing in stock with this id.',
  whatToDo: 'List the stock with `GET /v1/api/admin/prewarm/stock`.',
});

export const prewarmUnfit = defineError({
  code: 'prewarm_unfit',
  status: 409,
  whatHappened: 'The domain cannot be put up for sale as it is. `reason` says why.',
  whatToDo:
    'Only a bought domain that is active, paid for and has mailboxes, all of them active, can be sold. Put it right and try again.',
});

export const prewarmStockNotForSale = defineError({
  code: 'prewarm_stock_not_for_sale',
  status: 409,
  whatHappened: 'It is sold, withdrawn, or somebody is buying it, so it cannot be changed.',
  whatToDo:
    '`status` in the answer says which; one that somebody is buying can be changed again if they do not pay.',
});

export const prewarmErrors = [
  prewarmNotAvailable,
  prewarmMailboxCount,
  prewarmOrderNotFound,
  prewarmStockNotFound,
  prewarmUnfit,
  prewarmStockNotForSale,
];
