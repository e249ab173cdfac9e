// Errors of quotes.
import { defineError } from '../../http/errors.ts';

export const quoteNotFound = defineError({
  code: 'quote_not_found',
  status: 404,
  whatHappened: 'The workspace has no quote with this uid, or none for this kind of purchase.',
  whatToDo: 'List the quotes of the workspace with `GET /quotes`, or make one with `POST /quotes`.',
});

export const quoteExpired = defineError({
  code: 'quote_expired',
  status: 409,
  whatHappened: 'The quote expired at `expired_at`. Nothing was bought and nothing was charged.',
  whatToDo: 'Make a new quote; it is priced from the price book as it is now.',
});

export const quoteAccepted = defineError({
  code: 'quote_accepted',
  status: 409,
  whatHappened:
    'The quote was accepted before, and a quote is bought once. `accepted_at` says when, and `bought` what came of it. ' +
    'Nothing more was bought.',
  whatToDo: 'Nothing, when this was the same purchase. For another one, make a new quote.',
});

export const quoteOutdated = defineError({
  code: 'quote_outdated',
  status: 409,
  whatHappened:
    'What was quoted cannot be had as it was quoted: `changes` lists each line that is different now, for example because ' +
    'included seats were filled meanwhile or the registrar asks more for a premium name. Nothing was bought and nothing ' +
    'was charged.',
  whatToDo: 'Make a new quote and look at its lines.',
});

export const quoteCancelled = defineError({
  code: 'quote_cancelled',
  status: 409,
  whatHappened:
    'The quote was cancelled, or had waited for credits and could not be bought when they arrived; the message says why. ' +
    'Nothing was charged.',
  whatToDo: 'Make a new quote, or the purchase itself.',
});

export const quoteErrors = [quoteNotFound, quoteExpired, quoteAccepted, quoteCancelled, quoteOutdated];
