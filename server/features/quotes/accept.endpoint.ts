// POST /quotes/{uid}/accept: buys what was quoted, at the price that was quoted.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { ErrorFactory } from '../../http/errors.ts';
import { uidToFind } from '../../http/uid.ts';
import { insufficientFunds, spendCapExceeded, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { quoteErrors } from './errors.ts';
import type { Seller } from './quote.ts';
import { acceptQuote } from './sell.ts';
import { quoteShape, quoteView, waitForFundsField, waitShape } from './view.ts';
import { acceptOrWait } from './wait.ts';

export const accept = (sellers: Readonly<Record<string, Seller>>, sellerErrors: readonly ErrorFactory[]) =>
  defineEndpoint<FeatureContext>()({
    operation: 'quotes.accept',
    summary: 'Accept quote',
    description:
      'Buys what was quoted, once, at the quoted price, also when the price book has changed meanwhile. What cannot be had ' +
      'any more as it was quoted is refused with the reason, and nothing is charged. With `wait_for_funds: true` a wallet ' +
      'that is too low does not refuse it: the quote waits, and is bought by itself when credits arrive.',
    method: 'POST',
    path: '/quotes/{uid}/accept',
    scope: 'workspace',
    right: 'purchase',
    params: z.strictObject({ uid: uidToFind }),
    body: z.strictObject({ wait_for_funds: waitForFundsField }),
    response: z.object({
      quote: quoteShape,
      waits: waitShape.nullable(),
      credits_remaining: z.number(),
    }),
    errors: [...new Set([...quoteErrors, insufficientFunds, spendCapExceeded, ...sellerErrors])],
    async handle({ params, body, caller, workspace, commit }, context) {
      const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
      const accepted = await acceptQuote(context, buyer, params.uid, sellers);
      return commit(async (tx) => {
        const now = context.clock.now();
        const { quote, waits } = await acceptOrWait(tx, context, accepted, buyer, body.wait_for_funds, now);
        return {
          message: waits ? 'The quote is bought when credits arrive' : 'Quote accepted successfully',
          quote: quoteView(quote, now),
          waits,
          credits_remaining: microsToCredits(await walletMicros(tx, caller.teamId)),
        };
      });
    },
  });
