// POST /warmup/cancel: mailboxes warm up no more.
import { z } from 'zod';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { eachAnswer, eachWarmup } from './each.ts';
import { warmupNotFound } from './errors.ts';
import { cancel } from './move.ts';
import { mailboxUids } from './schema.ts';

export const cancelWarmups = defineEndpoint<FeatureContext>()({
  operation: 'warmup.cancel',
  summary: 'Cancel warm-up',
  description:
    'They stop at once and are not renewed. What was set aside for a month that has not begun is given back; what is left ' +
    'of one that has is there again when the mailbox is added anew. Cancelling again changes nothing, and says ' +
    '`already_cancelled`.',
  method: 'POST',
  path: '/warmup/cancel',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uids'],
  body: z.strictObject({ mailbox_uids: mailboxUids }),
  response: z.object(eachAnswer),
  errors: [warmupNotFound],
  handle: ({ body, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const team = { teamUid: caller.teamId, workspaceUid: workspace.uid };
      const results = await eachWarmup(tx, team, body.mailbox_uids, async (subscription, mailbox) => {
        if (subscription.status === 'cancelled') return 'already_cancelled';
        await cancel(tx, subscription, mailbox, 'it was cancelled', clock.now());
        return 'cancelled';
      });
      return { message: processed(results, 'cancelled'), results };
    }),
});
