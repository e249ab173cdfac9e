// POST /mailboxes/uncancel: keeps mailboxes that were about to end, or ended with time left.
import { z } from 'zod';
import { processed } from '../../http/each-for-itself.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { lockFunds } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { eachAnswer, eachMailbox, uids } from './each.ts';
import { goOn } from './ending.ts';
import {
  domainNotActive,
  mailboxBusy,
  mailboxNotFound,
  mailboxNotScheduledForCancellation,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import { assertMayComeBack, beginReactivation, paysAgain } from './reactivation.ts';

export const uncancelMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.uncancel',
  summary: 'Take cancellations back',
  description:
    'A mailbox that is scheduled for cancellation goes on as if it never was. One that was cancelled at once, and has ' +
    'time left that is paid, is reactivated for nothing. Each mailbox is done or refused for itself.',
  method: 'POST',
  path: '/mailboxes/uncancel',
  scope: 'workspace',
  keepsToDomains: ['uids'],
  body: z.strictObject({ uids }),
  response: z.object(eachAnswer),
  errors: [
    mailboxNotFound,
    mailboxNotScheduledForCancellation,
    mailboxBusy,
    domainNotActive,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    workspaceLimitReached,
  ],
  handle: ({ body, caller, workspace, commit }, context) =>
    commit(async (tx) => {
      const now = context.clock.now();
      await lockFunds(tx, caller.teamId);
      const { results } = await eachMailbox(tx, workspace.uid, body.uids, async (mailbox) => {
        const { status } = mailbox;
        if (mailbox.cancellationStatus === 'pending') {
          await goOn(tx, mailbox, now);
          return { status: status === 'scheduled_for_cancellation' ? 'active' : status, endsAt: null };
        }
        if (status !== 'cancelled' || paysAgain(mailbox, now)) {
          throw mailboxNotScheduledForCancellation('Mailbox is not scheduled for cancellation');
        }
        await assertMayComeBack(tx, mailbox, context.settings.maxMailboxesPerDomain);
        await beginReactivation(tx, context, mailbox, now);
        return { status, endsAt: null };
      });
      return { message: processed(results, 'uncancelled'), results };
    }),
});
