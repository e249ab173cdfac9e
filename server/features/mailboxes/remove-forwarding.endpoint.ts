// POST /mailboxes/forwarding/remove: the mail of mailboxes stays in them.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxBeingChanged, mailboxNotChangeable, mailboxNotFound } from './errors.ts';
import { forwardingJob, forwardMailbox } from './forwarding.ts';
import { lockMailboxes, ofMailboxes } from './which.ts';

export const removeForwarding = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.remove-forwarding',
  summary: 'Remove forwarding of mailboxes',
  description: 'For all of the mailboxes or none; each gets a job.',
  method: 'POST',
  path: '/mailboxes/forwarding/remove',
  scope: 'workspace',
  keepsToDomains: ['uids', 'uid', 'mailbox_ids', 'mailbox_id'],
  body: ofMailboxes({}),
  response: z.object({ jobs: z.array(forwardingJob) }),
  errors: [mailboxNotFound, mailboxNotChangeable, mailboxBeingChanged],
  examples: { body: { uids: ['0199c0de-0000-7000-8000-000000000000'] } },
  handle({ body, caller, workspace, requestId, commit }, context) {
    return commit(async (tx) => {
      const jobs = [];
      for (const mailbox of await lockMailboxes(tx, workspace.uid, body)) {
        jobs.push(await forwardMailbox(tx, context, mailbox, null, { ...caller, requestId }));
      }
      return { message: 'Removal of forwarding scheduled', jobs };
    });
  },
});
