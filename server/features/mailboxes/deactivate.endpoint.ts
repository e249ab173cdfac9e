// POST /mailboxes/deactivate: pauses mailboxes: nobody signs in and nothing is sent, and mail goes on arriving.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { eachAnswer, eachMailbox, uids } from './each.ts';
import { closeMailbox } from './ending.ts';
import { mailboxBusy, mailboxHasEnded, mailboxNotFound } from './errors.ts';

export const deactivateMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.deactivate',
  summary: 'Pause mailboxes',
  description:
    'Pauses the mailboxes at once (`inactive`): nobody signs in, open sessions end, and nothing is sent. Mail for them goes on ' +
    'arriving and waits there. A paused mailbox is renewed like any other. `mailboxes/reactivate` brings it back. Each ' +
    'mailbox is done or refused for itself.',
  method: 'POST',
  path: '/mailboxes/deactivate',
  scope: 'workspace',
  keepsToDomains: ['uids'],
  body: z.strictObject({
    uids,
    reason: orAbsent(z.string().trim().max(500)).meta({ description: 'Shown as `status_reason`' }),
  }),
  response: z.object(eachAnswer),
  errors: [mailboxNotFound, mailboxBusy, mailboxHasEnded],
  handle: ({ body, workspace, commit }, context) =>
    commit(async (tx) => {
      const now = context.clock.now();
      const reason = body.reason ?? null;
      const { results } = await eachMailbox(tx, workspace.uid, body.uids, async (mailbox) => {
        await closeMailbox(
          tx,
          context,
          mailbox,
          { status: 'inactive', reason, suspendedFor: 'request' },
          now,
        );
        return { status: 'inactive', endsAt: now };
      });
      return { message: processed(results, 'paused'), results };
    }),
});
