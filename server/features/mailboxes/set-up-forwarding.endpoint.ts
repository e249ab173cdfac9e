// POST /mailboxes/forwarding/setup and /update: sends the mail of mailboxes on to another address.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { forwardingToItself, mailboxBeingChanged, mailboxNotChangeable, mailboxNotFound } from './errors.ts';
import { forwardingEmail, forwardingJob, forwardMailbox } from './forwarding.ts';
import { lockMailboxes, ofMailboxes } from './which.ts';

export const setUpForwarding = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.set-up-forwarding',
  summary: 'Set up or update forwarding of mailboxes',
  description:
    'For all of the mailboxes or none. Each gets a job, which `POST /mailboxes/forwarding/jobs` shows. Mail is sent on ' +
    'with a sender of the mailbox’s domain (SRS), so that reports come back; a message that comes back is not sent on ' +
    'again. Forwarding of the whole domain goes before it.',
  method: 'POST',
  path: '/mailboxes/forwarding/setup',
  aliases: [{ method: 'POST', path: '/mailboxes/forwarding/update' }],
  scope: 'workspace',
  keepsToDomains: ['uids', 'uid', 'mailbox_ids', 'mailbox_id'],
  body: ofMailboxes({
    forwarding_email: forwardingEmail,
    keep_copy: orAbsent(z.boolean()).meta({
      description: 'Whether the mailbox has each message too. Left out: as it was, and yes at first',
    }),
  }),
  response: z.object({ jobs: z.array(forwardingJob) }),
  errors: [mailboxNotFound, mailboxNotChangeable, mailboxBeingChanged, forwardingToItself],
  examples: {
    body: { uids: ['0199c0de-0000-7000-8000-000000000000'], forwarding_email: 'team@northpeak.example' },
  },
  handle({ body, caller, workspace, requestId, commit }, context) {
    const wanted = { address: body.forwarding_email, keepCopy: body.keep_copy };
    return commit(async (tx) => {
      const jobs = [];
      for (const mailbox of await lockMailboxes(tx, workspace.uid, body)) {
        jobs.push(await forwardMailbox(tx, context, mailbox, wanted, { ...caller, requestId }));
      }
      return { message: 'Forwarding scheduled', jobs };
    });
  },
});
