// Of which domains a mailbox could be that is meant by a uid or an address.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { isGone, type MailboxStatus } from './mailbox.ts';

/** By uid the domain of the mailbox; by address that of every one that is there and of the newest. */
export const domainsOfMailboxesMeant = async (
  db: Db,
  workspaceUid: string,
  { uids, addresses }: { uids: readonly string[]; addresses: readonly string[] },
): Promise<Map<string, string[]>> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(['uid', 'address', 'domain_uid', 'status'])
    .where('workspace_uid', '=', workspaceUid)
    .where(sql<boolean>`(uid = any(${uids}::uuid[]) or address = any(${addresses}::text[]))`)
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .execute();
  const meant = new Map<string, string[]>();
  for (const { uid, address, domain_uid: domainUid, status } of rows) {
    meant.set(uid, [domainUid]);
    const so = meant.get(address);
    if (!so) meant.set(address, [domainUid]);
    else if (!isGone(status as MailboxStatus)) so.push(domainUid);
  }
  return meant;
};
