// Every statement on mailbox_picture.
import type { Db, Tx } from '../../../database/database.ts';
import type { Picture } from './picture.ts';

export const pictureSet = async (tx: Tx, mailboxUid: string, picture: Picture, now: Date): Promise<void> => {
  const values = {
    content_type: picture.contentType,
    bytes: picture.bytes,
    width: picture.width,
    height: picture.height,
    updated_at: now,
  };
  await tx
    .insertInto('mailbox_picture')
    .values({ mailbox_uid: mailboxUid, ...values })
    .onConflict((conflict) => conflict.column('mailbox_uid').doUpdateSet(values))
    .execute();
};

export const pictureDelete = async (tx: Tx, mailboxUid: string): Promise<void> => {
  await tx.deleteFrom('mailbox_picture').where('mailbox_uid', '=', mailboxUid).execute();
};

export const pictureOf = async (
  db: Db,
  mailboxUid: string,
): Promise<{ contentType: string; bytes: Buffer } | null> => {
  const row = await db
    .selectFrom('mailbox_picture')
    .select(['content_type', 'bytes'])
    .where('mailbox_uid', '=', mailboxUid)
    .executeTakeFirst();
  return row ? { contentType: row.content_type, bytes: row.bytes } : null;
};
