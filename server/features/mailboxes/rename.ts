// Giving a mailbox another username: the address it had stays its own for a time.

import type { Tx } from '../../../database/database.ts';
import type { Actor } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import { domainsByNameLock } from '../domains/index.ts';
import type { Alias, Change } from './change.ts';
import { aliasesOf, aliasesSet, aliasHolders } from './changes-store.ts';
import { mailboxExists, mailboxNotChangeable, mailboxNotFound } from './errors.ts';
import type { Mailbox } from './mailbox.ts';
import { lockChangeable, requestChange } from './request-change.ts';
import { addressesTaken, mailboxFind, mailboxUpdate } from './store.ts';
import { assertUsername } from './username.ts';

type Deps = Pick<FeatureContext, 'clock' | 'workflows' | 'settings'>;

/**
 * Locks the domain of a mailbox and then the mailbox. Everybody who gives an address of the domain to a mailbox holds
 * the domain, so that no address is given twice: not by two renames, and not by a rename and a purchase.
 *
 * @throws ApiError mailbox_not_found, mailbox_not_changeable
 */
export const lockForRename = async (tx: Tx, workspaceUid: string, uid: string): Promise<Mailbox> => {
  const found = await mailboxFind(tx, workspaceUid, { uid });
  if (!found) throw mailboxNotFound('Mailbox not found');
  const [domain] = await domainsByNameLock(tx, workspaceUid, [found.domainName]);
  const mailbox = await lockChangeable(tx, workspaceUid, uid);
  if (!domain) {
    throw mailboxNotChangeable(`The domain of ${mailbox.address} is being removed`, {
      status: mailbox.status,
      reason: mailbox.statusReason,
    });
  }
  return mailbox;
};

/**
 * Renames a mailbox that `lockForRename` locked; null when it has the username already.
 *
 * @throws ApiError invalid_username, mailbox_exists, mailbox_being_changed
 */
export const renameMailbox = async (
  tx: Tx,
  { clock, workflows, settings }: Deps,
  mailbox: Mailbox,
  username: string,
  by: Actor & { requestId: string },
): Promise<Change | null> => {
  if (username === mailbox.username) return null;
  const address = `${username}@${mailbox.domainName}`;
  assertUsername(username, address);
  const itsOwn = (await aliasHolders(tx, [address])).get(address) === mailbox.uid;
  if (!itsOwn && (await addressesTaken(tx, [address])).length > 0) {
    throw mailboxExists(`Mailbox ${address} already exists`, { mailboxes: [address] });
  }
  const now = clock.now();
  const had = await aliasesOf(tx, mailbox.uid);
  const endsAt = new Date(now.getTime() + settings.usernameAliasMs).toISOString();
  const aliases: Alias[] = [
    ...had.filter((alias) => alias.address !== address),
    // Also when it ends at once: the address is nobody else's until the host has let go of it.
    { address: mailbox.address, endsAt },
  ];
  const values = {
    kind: 'username' as const,
    before: { username: mailbox.username, aliases: had },
    after: { username, aliases },
  };
  const change = await requestChange(tx, { clock, workflows }, mailbox, values, by);
  await mailboxUpdate(tx, mailbox.uid, { username }, now);
  await aliasesSet(tx, mailbox.uid, aliases, now);
  return change;
};
