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
import { quoteShape, quoteView } from './view.ts';

export const accept = (sellers: Readonly<Record<string, Seller>>, sellerErrors: readonly ErrorFactory[]) =>
  defineEndpoint<FeatureContext>()({
    operation: 'quotes.accept',
    summary: 'Accept quote',
    description:
      'Buys what was quoted, once, at the quoted price, also when the price book has changed meanwhile. What cannot be had ' +
      'any more as it was quoted is refused with the reason, and nothing is charged.',
    method: 'POST',
    path: '/quotes/{uid}/accept',
    scope: 'workspace',
    right: 'purchase',
    params: z.strictObject({ uid: uidToFind }),
    response: z.object({ quote: quoteShape, credits_remaining: z.number() }),
    errors: [...new Set([...quoteErrors, insufficientFunds, spendCapExceeded, ...sellerErrors])],
    async handle({ params, caller, workspace, commit }, context) {
      const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
      const accepted = await acceptQuote(context, buyer, params.uid, sellers);
      return commit(async (tx) => {
        const now = context.clock.now();
        const { bought } = await accepted.buy(tx, now);
        return {
          message: 'Quote accepted successfully',
          quote: quoteView({ ...accepted.quote, acceptedAt: now, bought }, now),
          credits_remaining: microsToCredits(await walletMicros(tx, caller.teamId)),
        };
      });
    },
  });
