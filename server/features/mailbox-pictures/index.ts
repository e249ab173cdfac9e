// Front door of pictures of mailboxes.
import { removeMailboxPicture } from './remove.endpoint.ts';
import { setMailboxPicture } from './set.endpoint.ts';
import { showMailboxPicture } from './show.endpoint.ts';

export { mailboxPictureErrors } from './errors.ts';

export const mailboxPictureEndpoints = [setMailboxPicture, showMailboxPicture, removeMailboxPicture];
