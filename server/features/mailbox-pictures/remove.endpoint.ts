// DELETE /mailboxes/{uid}/profile-picture: a mailbox without a picture.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxNotChangeable, mailboxNotFound, setProfilePicture } from '../mailboxes/index.ts';
import { pictureDelete } from './store.ts';

export const removeMailboxPicture = defineEndpoint<FeatureContext>()({
  operation: 'mailbox-pictures.remove',
  summary: 'Remove the profile picture of a mailbox',
  method: 'DELETE',
  path: '/mailboxes/profile-picture',
  aliases: [
    { method: 'DELETE', path: '/mailboxes/{uid}/profile-picture' },
    { method: 'POST', path: '/mailboxes/{uid}/profile-picture/delete' },
  ],
  scope: 'workspace',
  keepsToDomains: ['uid'],
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({}),
  errors: [mailboxNotFound, mailboxNotChangeable],
  handle({ body, workspace, commit }, { clock }) {
    return commit(async (tx) => {
      await setProfilePicture(tx, workspace.uid, body.uid, null, clock.now());
      await pictureDelete(tx, body.uid);
      return { message: 'Profile picture removed successfully' };
    });
  },
});
