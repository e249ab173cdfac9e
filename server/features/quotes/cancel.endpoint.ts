// POST /quotes/{uid}/cancel: nobody will buy it any more, by hand or by itself.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { lockFunds } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { quoteAccepted, quoteNotFound } from './errors.ts';
import { quoteLock } from './store.ts';
import { boughtView, quoteShape, quoteView } from './view.ts';
import { endQuote } from './wait.ts';

export const cancelQuote = defineEndpoint<FeatureContext>()({
  operation: 'quotes.cancel',
  summary: 'Cancel quote',
  description:
    'Takes a quote back, and a purchase that waits for credits out of its line. Nothing was charged for either. ' +
    'Cancelling again changes nothing.',
  method: 'POST',
  path: '/quotes/{uid}/cancel',
  scope: 'workspace',
  right: 'purchase',
  params: z.strictObject({ uid: uidToFind }),
  response: z.object({ quote: quoteShape }),
  errors: [quoteNotFound, quoteAccepted],
  handle: ({ params, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      // The wallet before the quote, as who buys it takes its locks.
      await lockFunds(tx, caller.teamId);
      const quote = await quoteLock(tx, workspace.uid, params.uid);
      if (!quote) throw quoteNotFound('Quote not found');
      if (quote.acceptedAt) {
        throw quoteAccepted('The quote was accepted before', {
          accepted_at: quote.acceptedAt.toISOString(),
          bought: boughtView(quote.bought!),
        });
      }
      const ended = quote.endedAt ? quote : await endQuote(tx, quote, 'it was cancelled', now);
      return { message: 'Quote cancelled successfully', quote: quoteView(ended, now) };
    }),
});
