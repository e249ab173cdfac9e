// Mail that lies in the queue, for tests of what is done with it.
import { newId } from '../../database/uuid.ts';
import type { Installation } from '../roles/installation.ts';

/** Mail of a workspace that waits for outbound delivery to be switched on; gives the uid of its entry in the queue. */
export const queuedMail = async (
  { storage: { db } }: Installation,
  workspaceUid: string,
): Promise<string> => {
  const [message, recipient] = [newId(), newId()];
  const now = new Date();
  await db
    .insertInto('mail.queue_message')
    .values({ id: message, sender: 'mara@northpeak.example', workspace_id: workspaceUid, accepted_at: now })
    .execute();
  await db
    .insertInto('mail.queue_recipient')
    .values({
      id: recipient,
      message_id: message,
      workspace_id: workspaceUid,
      address: 'bob@elsewhere.example',
      domain: 'elsewhere.example',
      state: 'held',
      changed_at: now,
    })
    .execute();
  return recipient;
};
