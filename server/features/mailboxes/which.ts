// Which mailboxes a request means: one or many, under each of the names that clients use for the field.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { mailboxNotFound } from './errors.ts';
import type { Mailbox } from './mailbox.ts';
import { mailboxesLock } from './store.ts';

const MOST_AT_ONCE = 500;
const one = z.uuid().optional();
const many = z.array(z.uuid()).min(1).max(MOST_AT_ONCE).optional();

const which = {
  uids: many.meta({ description: 'The mailboxes' }),
  uid: one.meta({ description: 'One mailbox' }),
  mailbox_ids: many.meta({ description: 'The same as `uids`' }),
  mailbox_id: one.meta({ description: 'The same as `uid`' }),
};
type Which = { uids?: string[]; uid?: string; mailbox_ids?: string[]; mailbox_id?: string };

/** A body that names mailboxes, beside whatever else the operation takes. */
export const ofMailboxes = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({ ...which, ...shape })
    .refine((body) => uidsOf(body as Which).length > 0, { error: 'uids is required', path: ['uids'] });

const uidsOf = ({ uids = [], uid, mailbox_ids = [], mailbox_id }: Which): string[] => [
  ...new Set([...uids, uid ?? [], ...mailbox_ids, mailbox_id ?? []].flat()),
];

/**
 * The mailboxes a request means, each once, in the order of the request, locked until the transaction ends.
 *
 * @throws ApiError mailbox_not_found when one of them is not the workspace's
 */
export const lockMailboxes = async (tx: Tx, workspaceUid: string, body: Which): Promise<Mailbox[]> => {
  const uids = uidsOf(body);
  const found = new Map(
    (await mailboxesLock(tx, workspaceUid, uids)).map((mailbox) => [mailbox.uid, mailbox]),
  );
  const missing = uids.filter((uid) => !found.has(uid));
  if (missing.length > 0)
    throw mailboxNotFound(`Mailbox not found: ${missing.join(', ')}`, { uids: missing });
  return uids.map((uid) => found.get(uid)!);
};
