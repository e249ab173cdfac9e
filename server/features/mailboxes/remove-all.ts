// Removing every mailbox of a domain, for whoever removes the domain.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { lockFunds, stopWaiting } from '../billing/index.ts';
import { WAITS_AS } from './ending.ts';
import { isBeingMade } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { hostedMailboxesOf } from './store.ts';
import { freeSeatsOf } from './terms.ts';

/**
 * Removes the mailboxes at their hosts, with their mail, and then here; those that had ended and could come back as
 * well. Those that are just being made or brought back are left to whoever does that, and end by themselves when their
 * domain is going; answers how many there are.
 */
export const removeMailboxesOf = async (
  { db, clock, providers }: { db: Db; clock: Clock; providers: Providers },
  domainUid: string,
  statusReason = 'its domain was removed',
): Promise<number> => {
  const mailboxes = await hostedMailboxesOf(db, domainUid);
  const settled = mailboxes.filter(
    ({ status, reactivationStatus }) => !isBeingMade(status) && reactivationStatus !== 'pending',
  );
  for (const { uid, teamUid, workspaceUid, domainName, platform } of settled) {
    const host = providers.mailboxHost(platform, { workspaceId: workspaceUid, domain: domainName });
    await host.removeMailbox(uid);
    await inTransaction(db, async (tx) => {
      const now = clock.now();
      await lockFunds(tx, teamUid);
      await moveMailbox(tx, uid, 'deleted', now, { statusReason, dueAt: null });
      await freeSeatsOf(tx, uid, now);
      await stopWaiting(tx, { kind: WAITS_AS, subjectUid: uid });
    });
  }
  return mailboxes.length - settled.length;
};
