// Errors of pictures of mailboxes.
import { defineError } from '../../http/errors.ts';

export const pictureNotFound = defineError({
  code: 'picture_not_found',
  status: 404,
  whatHappened: 'The workspace has no such mailbox, or the mailbox has no picture here.',
  whatToDo: 'Set one with `POST /v1/api/mailboxes/{uid}/profile-picture`.',
});

export const unreadablePicture = defineError({
  code: 'unreadable_picture',
  status: 400,
  whatHappened: 'What was sent is not a picture that can be read, or it is too large. Nothing was changed.',
  whatToDo: 'Send a JPEG, PNG, WebP or GIF of at most 5 MB and 40 million pixels.',
});

export const pictureNotFetched = defineError({
  code: 'picture_not_fetched',
  status: 400,
  whatHappened:
    'The picture could not be fetched from its address, or the address is not on the internet. Nothing was changed.',
  whatToDo:
    'Check that the address opens without signing in, or send the picture itself. Whoever runs the installation lets ' +
    'addresses in their own network through with `INBOXKIT_ALLOW_TARGETS`.',
});

export const mailboxPictureErrors = [pictureNotFound, unreadablePicture, pictureNotFetched];
