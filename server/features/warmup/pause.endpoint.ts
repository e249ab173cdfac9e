// POST /warmup/pause: mailboxes stop to warm up for a while.
import { z } from 'zod';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { eachAnswer, eachWarmup } from './each.ts';
import { warmupCancelled, warmupNotFound } from './errors.ts';
import { pause } from './move.ts';
import { mailboxUids } from './schema.ts';

export const pauseWarmups = defineEndpoint<FeatureContext>()({
  operation: 'warmup.pause',
  summary: 'Pause warm-up',
  description:
    'From now on the mailboxes write no letters and get none. A paused warm-up is not renewed; what is left of the paid ' +
    'month runs on. Pausing again changes nothing.',
  method: 'POST',
  path: '/warmup/pause',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uids'],
  body: z.strictObject({ mailbox_uids: mailboxUids }),
  response: z.object(eachAnswer),
  errors: [warmupNotFound, warmupCancelled],
  handle: ({ body, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const team = { teamUid: caller.teamId, workspaceUid: workspace.uid };
      const results = await eachWarmup(tx, team, body.mailbox_uids, async (subscription, mailbox) => {
        if (subscription.status === 'cancelled') {
          throw warmupCancelled(`The warm-up of ${mailbox.address} was cancelled`);
        }
        await pause(tx, subscription, mailbox, 'request', clock.now());
        return 'paused';
      });
      return { message: processed(results, 'paused'), results };
    }),
});
