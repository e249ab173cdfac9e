// POST /mailboxes/suspend: closes mailboxes: nobody signs in, nothing is sent, and mail for them waits with whoever sends it.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { eachAnswer, eachMailbox, uids } from './each.ts';
import { closeMailbox } from './ending.ts';
import { mailboxBusy, mailboxHasEnded, mailboxNotFound } from './errors.ts';

export const suspendMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.suspend',
  summary: 'Suspend mailboxes',
  description:
    'Closes the mailboxes at once: nobody signs in, open sessions end, nothing is sent, and mail for them is deferred `450 4.2.1`, ' +
    'so that the sending servers keep it and try again for days. Their mail is kept. A suspended mailbox is not renewed: ' +
    'when its term is over it is archived some weeks later. `mailboxes/reactivate` brings it back. Each mailbox is done or ' +
    'refused for itself.',
  method: 'POST',
  path: '/mailboxes/suspend',
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
          { status: 'suspended', reason, suspendedFor: 'request' },
          now,
        );
        return { status: 'suspended', endsAt: now };
      });
      return { message: processed(results, 'suspended'), results };
    }),
});
