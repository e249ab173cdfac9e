// GET /quotes/{uid}: one quote.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { quoteNotFound } from './errors.ts';
import { quoteByUid } from './store.ts';
import { quoteShape, quoteView } from './view.ts';

export const getQuote = defineEndpoint<FeatureContext>()({
  operation: 'quotes.get',
  summary: 'Get quote',
  method: 'GET',
  path: '/quotes/{uid}',
  scope: 'workspace',
  params: z.strictObject({ uid: uidToFind }),
  response: z.object({ quote: quoteShape }),
  errors: [quoteNotFound],
  async handle({ params, workspace }, { db, clock }) {
    const quote = await quoteByUid(db, workspace.uid, params.uid);
    if (!quote) throw quoteNotFound('Quote not found');
    return { message: 'Quote retrieved successfully', quote: quoteView(quote, clock.now()) };
  },
});
