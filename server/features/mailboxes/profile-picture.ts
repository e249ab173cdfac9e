// The picture that a mailbox shows, for whoever keeps pictures.
import type { Tx } from '../../../database/database.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxNotFound } from './errors.ts';
import { pictureChanged } from './events.ts';
import { assertNotGone } from './request-change.ts';
import { mailboxesLock, mailboxUpdate } from './store.ts';

/**
 * Says where the picture of a mailbox is; null for none.
 *
 * @throws ApiError mailbox_not_found, mailbox_not_changeable
 */
export const setProfilePicture = async (
  tx: Tx,
  workspaceUid: string,
  uid: string,
  profilePicture: string | null,
  now: Date,
): Promise<void> => {
  const [mailbox] = await mailboxesLock(tx, workspaceUid, [uid]);
  if (!mailbox) throw mailboxNotFound('Mailbox not found');
  assertNotGone(mailbox);
  await mailboxUpdate(tx, uid, { profilePicture }, now);
  await recordEvents(tx, [pictureChanged(mailbox, profilePicture !== null, now)]);
};
