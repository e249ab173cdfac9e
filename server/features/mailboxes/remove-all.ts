// Removing every mailbox of a domain, for whoever removes the domain.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { isBeingMade } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { liveMailboxesOf } from './store.ts';

/**
 * Removes the mailboxes at their hosts, with their mail, and then here. Those that are just being made are left to
 * whoever makes them, and end by themselves when their domain is going; answers how many there are.
 */
export const removeMailboxesOf = async (
  { db, clock, providers }: { db: Db; clock: Clock; providers: Providers },
  domainUid: string,
): Promise<number> => {
  const mailboxes = await liveMailboxesOf(db, domainUid);
  const settled = mailboxes.filter(({ status }) => !isBeingMade(status));
  for (const { uid, workspaceUid, domainName, platform } of settled) {
    const host = providers.mailboxHost(platform, { workspaceId: workspaceUid, domain: domainName });
    await host.removeMailbox(uid);
    await inTransaction(db, (tx) =>
      moveMailbox(tx, uid, 'deleted', clock.now(), { statusReason: 'its domain was removed' }),
    );
  }
  return mailboxes.length - settled.length;
};
