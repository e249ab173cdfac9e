// POST /quotes: prices a purchase without making it, and holds the price for a while.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { ErrorFactory } from '../../http/errors.ts';
import { totalOf } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { isTax, type Quote, quoteLine, type Seller } from './quote.ts';
import { quoteInsert } from './store.ts';
import { quoteShape, quoteView } from './view.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;
const MOST_HOURS = 24 * 30;

export const createQuote = (
  sellers: Readonly<Record<string, Seller>>,
  sellerErrors: readonly ErrorFactory[],
) => {
  const kinds = Object.keys(sellers);
  return defineEndpoint<FeatureContext>()({
    operation: 'quotes.create',
    summary: 'Create quote',
    description:
      `Prices one purchase, given as it would be sent to the purchase itself: ${kinds.map((kind) => `\`${kind}\``).join(', ')}. ` +
      'Every check of the purchase is made but whether the wallet can pay. The prices hold until the quote expires, ' +
      'whatever becomes of the price book; names are not held. Accept it with `POST /quotes/{uid}/accept`.',
    method: 'POST',
    path: '/quotes',
    scope: 'workspace',
    status: 201,
    body: z
      .strictObject({
        ...Object.fromEntries(kinds.map((kind) => [kind, sellers[kind]!.body.optional()])),
        expires_in_hours: z.int().min(1).max(MOST_HOURS).default(DEFAULT_HOURS),
      })
      .refine(
        (sent) => kinds.filter((kind) => (sent as Record<string, unknown>)[kind] !== undefined).length === 1,
        {
          error: `exactly one of ${kinds.join(', ')} must be given`,
        },
      ),
    response: z.object({ quote: quoteShape }),
    errors: [...sellerErrors],
    async handle({ body, caller, workspace, commit }, context) {
      const sent = body as Record<string, unknown> & { expires_in_hours: number };
      const kind = kinds.find((name) => sent[name] !== undefined)!;
      const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
      const book = await currentPrices(context.db);
      const asked = sent[kind] as Record<string, unknown>;
      const sale = await sellers[kind]!.prepare(context, buyer, asked, book);
      const lines = await sale.price();
      return commit(async (tx) => {
        const now = context.clock.now();
        await holdWorkspace(tx, workspace.uid);
        const quote: Quote = {
          uid: newId(),
          teamUid: caller.teamId,
          workspaceUid: workspace.uid,
          kind,
          body: asked,
          lines: lines.map(quoteLine),
          totalMicros: totalOf(lines),
          taxMicros: totalOf(lines.filter(isTax)),
          priceVersion: book.version,
          createdAt: now,
          expiresAt: new Date(now.getTime() + sent.expires_in_hours * HOUR_MS),
          acceptedAt: null,
          bought: null,
          keyUid: null,
          waitingSince: null,
          endedAt: null,
          endReason: null,
        };
        await quoteInsert(tx, quote);
        return { message: 'Quote created successfully', quote: quoteView(quote, now) };
      });
    },
  });
};
