// POST /mailboxes/{uid}/profile-picture: a picture from a file, a data address, or an address on the web.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxFind, mailboxNotChangeable, mailboxNotFound, setProfilePicture } from '../mailboxes/index.ts';
import { pictureNotFetched, unreadablePicture } from './errors.ts';
import { PICTURE_MAX_BYTES, readPicture } from './picture.ts';
import { pictureBytes } from './source.ts';
import { pictureSet } from './store.ts';

const source = z
  .string()
  .trim()
  .regex(/^(https?:\/\/|data:)/i, {
    error: 'must be an address that begins with https://, http:// or data:',
  });

const names = ['url', 'profile_pic_url', 'picture', 'profile_picture'] as const;

export const setMailboxPicture = defineEndpoint<FeatureContext>()({
  operation: 'mailbox-pictures.set',
  summary: 'Set the profile picture of a mailbox',
  description:
    'Takes a JPEG, PNG, WebP or GIF of at most 5 MB: as a file in a form (`picture`), as a data address, or fetched from ' +
    'an address on the web (`url`). It is cut to a square of at most 512 pixels and written anew as JPEG, without ' +
    'anything that does not show.',
  method: 'POST',
  path: '/mailboxes/profile-picture',
  aliases: [{ method: 'POST', path: '/mailboxes/{uid}/profile-picture' }],
  scope: 'workspace',
  keepsToDomains: ['uid'],
  upload: {
    field: 'picture',
    types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
    maxBytes: PICTURE_MAX_BYTES,
  },
  body: z
    .strictObject({
      uid: uidToFind,
      url: orAbsent(source).meta({ description: 'An address on the web, or a data address' }),
      profile_pic_url: orAbsent(source).meta({ description: 'The same as `url`' }),
      picture: orAbsent(source).meta({ description: 'The same as `url`; a file in a form comes here' }),
      profile_picture: orAbsent(source).meta({ description: 'The same as `url`' }),
    })
    .refine((body) => names.filter((name) => body[name] !== undefined).length === 1, {
      error: 'url is required, or a file, and only one of them',
      path: ['url'],
    }),
  response: z.object({ profile_picture: z.string(), width: z.int(), height: z.int() }),
  errors: [mailboxNotFound, mailboxNotChangeable, unreadablePicture, pictureNotFetched],
  async handle({ body, workspace, commit }, { db, clock, outgoing }) {
    if (!(await mailboxFind(db, workspace.uid, { uid: body.uid })))
      throw mailboxNotFound('Mailbox not found');
    const from = names.map((name) => body[name]).find((value) => value !== undefined)!;
    const picture = await readPicture(await pictureBytes(from, outgoing));
    const path = `/v1/api/mailboxes/${body.uid}/profile-picture`;
    return commit(async (tx) => {
      const now = clock.now();
      await setProfilePicture(tx, workspace.uid, body.uid, path, now);
      await pictureSet(tx, body.uid, picture, now);
      const { width, height } = picture;
      return { message: 'Profile picture updated successfully', profile_picture: path, width, height };
    });
  },
});
