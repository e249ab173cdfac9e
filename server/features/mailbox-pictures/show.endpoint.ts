// GET /mailboxes/{uid}/profile-picture: the picture itself.
import { z } from 'zod';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxFind } from '../mailboxes/index.ts';
import { pictureNotFound } from './errors.ts';
import { pictureOf } from './store.ts';

export const showMailboxPicture = defineEndpoint<FeatureContext>()({
  operation: 'mailbox-pictures.show',
  summary: 'Get the profile picture of a mailbox',
  method: 'GET',
  path: '/mailboxes/profile-picture',
  aliases: [{ method: 'GET', path: '/mailboxes/{uid}/profile-picture' }],
  scope: 'workspace',
  keepsToDomains: ['uid'],
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({}),
  file: { types: ['image/jpeg'], holds: 'The picture.' },
  errors: [pictureNotFound],
  async handle({ query, workspace }, { db }) {
    const mailbox = await mailboxFind(db, workspace.uid, query);
    const picture = mailbox && (await pictureOf(db, mailbox.uid));
    if (!picture) throw pictureNotFound('Profile picture not found');
    const { contentType, bytes } = picture;
    return { message: 'Profile picture retrieved successfully', [answerFile]: { contentType, body: bytes } };
  },
});
