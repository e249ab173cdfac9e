// What quotes tell about: those that wait for credits, and what becomes of them.
import type { NewEvent } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { type Quote, quoteStatus } from './quote.ts';
import { boughtView } from './view.ts';

/** `quote.waiting_for_funds`, `quote.accepted` or `quote.cancelled`, by how the quote stands now. */
export const quoteEvent = (quote: Quote, occurredAt: Date): NewEvent => {
  const status = quoteStatus(quote, occurredAt);
  return {
    teamUid: quote.teamUid,
    workspaceUid: quote.workspaceUid,
    type: `quote.${status}`,
    subjectType: 'quote',
    subjectUid: quote.uid,
    data: {
      kind: quote.kind,
      status,
      total: microsToCredits(quote.totalMicros),
      reason: quote.endReason,
      bought: quote.bought && boughtView(quote.bought),
    },
    occurredAt,
  };
};
