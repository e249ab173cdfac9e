// POST /mailboxes/signature: the signature of mailboxes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { emptySignature, mailboxNotChangeable, mailboxNotFound } from './errors.ts';
import { signatureChanged } from './events.ts';
import { assertNotGone } from './request-change.ts';
import { SIGNATURE_MAX, safeSignature } from './signature.ts';
import { mailboxUpdate } from './store.ts';
import { lockMailboxes, ofMailboxes } from './which.ts';

export const setSignature = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.set-signature',
  summary: 'Add or update a signature',
  description:
    'HTML or plain text. What could run or track (scripts, forms, style sheets, addresses other than http, https, mailto ' +
    'and tel) is taken out; the answer holds what is left, and so does `GET /mailboxes/details`. Sequencers get it; mail ' +
    'programs that sign in bring their own.',
  method: 'POST',
  path: '/mailboxes/signature',
  aliases: [{ method: 'POST', path: '/mailboxes/signature/update' }],
  scope: 'workspace',
  keepsToDomains: ['uids', 'uid', 'mailbox_ids', 'mailbox_id'],
  body: ofMailboxes({
    signature: z.string().min(1).max(SIGNATURE_MAX).meta({ example: '<p>Mara Voss</p>' }),
  }),
  response: z.object({ uids: z.array(z.uuid()), signature: z.string() }),
  errors: [mailboxNotFound, mailboxNotChangeable, emptySignature],
  examples: { body: { mailbox_id: '0199c0de-0000-7000-8000-000000000000', signature: '<p>Mara</p>' } },
  handle({ body, workspace, commit }, { clock }) {
    const signature = safeSignature(body.signature);
    if (signature === null) throw emptySignature('Nothing of the signature can be shown');
    return commit(async (tx) => {
      const mailboxes = await lockMailboxes(tx, workspace.uid, body);
      const now = clock.now();
      for (const mailbox of mailboxes) {
        assertNotGone(mailbox);
        await mailboxUpdate(tx, mailbox.uid, { signature }, now);
      }
      await recordEvents(
        tx,
        mailboxes.map((mailbox) => signatureChanged(mailbox, now)),
      );
      return {
        message: 'Signature saved successfully',
        uids: mailboxes.map(({ uid }) => uid),
        signature,
      };
    });
  },
});
