// Whose secrets a request asks for.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { uidToFind } from '../../http/uid.ts';
import { mailboxHasNoCredentials, mailboxNotFound } from './errors.ts';
import { isGone, type Mailbox } from './mailbox.ts';
import { mailboxFind } from './store.ts';

/** A query that names one mailbox, by its uid or by its address. */
export const oneMailbox = z
  .strictObject({
    uid: orAbsent(uidToFind),
    email: orAbsent(z.string().trim().toLowerCase().min(3).max(320)),
  })
  .refine(({ uid, email }) => (uid === undefined) !== (email === undefined), {
    error: 'exactly one of uid and email is required',
    path: ['uid'],
  });

/** @throws ApiError mailbox_not_found */
export const findOne = async (
  db: Db,
  workspaceUid: string,
  query: z.output<typeof oneMailbox>,
): Promise<Mailbox> => {
  const which = query.uid ? { uid: query.uid } : { address: query.email! };
  const mailbox = await mailboxFind(db, workspaceUid, which);
  if (!mailbox) throw mailboxNotFound('Mailbox not found');
  return mailbox;
};

/** @throws ApiError mailbox_not_found, mailbox_has_no_credentials */
export const findForReveal = async (
  db: Db,
  workspaceUid: string,
  query: z.output<typeof oneMailbox>,
): Promise<Mailbox> => {
  const mailbox = await findOne(db, workspaceUid, query);
  if (isGone(mailbox.status)) {
    throw mailboxHasNoCredentials(`${mailbox.address} is ${mailbox.status} and has no credentials`, {
      status: mailbox.status,
      reason: mailbox.statusReason,
    });
  }
  return mailbox;
};
