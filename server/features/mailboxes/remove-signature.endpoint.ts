// POST /mailboxes/signature/delete: mailboxes without a signature.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxNotFound } from './errors.ts';
import { signatureChanged } from './events.ts';
import { mailboxUpdate } from './store.ts';
import { lockMailboxes, ofMailboxes } from './which.ts';

export const removeSignature = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.remove-signature',
  summary: 'Delete a signature',
  method: 'POST',
  path: '/mailboxes/signature/delete',
  aliases: [{ method: 'DELETE', path: '/mailboxes/signature' }],
  scope: 'workspace',
  keepsToDomains: ['uids', 'uid', 'mailbox_ids', 'mailbox_id'],
  body: ofMailboxes({}),
  response: z.object({ uids: z.array(z.uuid()) }),
  errors: [mailboxNotFound],
  examples: { body: { mailbox_id: '0199c0de-0000-7000-8000-000000000000' } },
  handle({ body, workspace, commit }, { clock }) {
    return commit(async (tx) => {
      const mailboxes = await lockMailboxes(tx, workspace.uid, body);
      const now = clock.now();
      const signed = mailboxes.filter(({ signature }) => signature !== null);
      for (const { uid } of signed) await mailboxUpdate(tx, uid, { signature: null }, now);
      await recordEvents(
        tx,
        signed.map((mailbox) => signatureChanged(mailbox, now)),
      );
      return { message: 'Signature deleted successfully', uids: mailboxes.map(({ uid }) => uid) };
    });
  },
});
