// What the mailbox host has to have of a mailbox, and bringing it there.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { HostedStatus, MailboxHost } from '../../../providers/contracts/mailbox-host.ts';
import { aliasesOf } from './changes-store.ts';
import { displayName, type Mailbox } from './mailbox.ts';
import { openSecrets } from './secrets.ts';
import { mailboxByUid, mailboxSecrets } from './store.ts';

export type HostContext = { db: Db; clock: Clock; secrets: SecretBox; providers: Providers };

export const hostOf = (
  providers: Providers,
  mailbox: Pick<Mailbox, 'platform' | 'workspaceUid' | 'domainName'>,
): MailboxHost =>
  providers.mailboxHost(mailbox.platform, { workspaceId: mailbox.workspaceUid, domain: mailbox.domainName });

/** What the mailbox may do at its host; null for one that is not there yet, or that is to go from there. */
export const hostStatusOf = ({
  status,
  reactivationStatus,
  erasingSince,
}: Pick<Mailbox, 'status' | 'reactivationStatus' | 'erasingSince'>): HostedStatus | null => {
  if (erasingSince !== null) return null;
  switch (status) {
    case 'active':
    case 'renewal_failed':
    case 'scheduled_for_cancellation':
      return 'active';
    case 'inactive':
    case 'suspended':
      return reactivationStatus === 'pending' ? 'active' : status;
    case 'cancelled':
    case 'archived':
      return reactivationStatus === 'pending' ? 'active' : 'archived';
    default:
      return null;
  }
};

/** What the host calls a status: one that closes in fewer ways than there are says `suspended` for the others. */
export const asHostSays = async (host: MailboxHost, status: HostedStatus): Promise<HostedStatus> =>
  status === 'active' || (await host.closes()).includes(status) ? status : 'suspended';

/**
 * Has the host keep the mailbox in this state; makes it again, with the secrets it had, when the host has lost it. What is
 * to be closed, and is not there, is closed: made again for that, it would be in the way of whoever removes its domain just
 * now. `evenClosed` makes it again all the same, for callers that know its domain stays.
 */
export const keepAtHost = async (
  context: HostContext,
  mailbox: Mailbox,
  wanted: HostedStatus,
  key: string,
  { evenClosed = false }: { evenClosed?: boolean } = {},
): Promise<void> => {
  const host = hostOf(context.providers, mailbox);
  const there = await host.findMailbox({ id: mailbox.uid });
  if (!there) {
    if (wanted !== 'active' && !evenClosed) return;
    const { password, appPassword } = openSecrets(
      context.secrets,
      mailbox.uid,
      await mailboxSecrets(context.db, mailbox.uid),
    );
    await host.createMailbox({
      id: mailbox.uid,
      workspaceId: mailbox.workspaceUid,
      address: mailbox.address,
      displayName: displayName(mailbox),
      platform: mailbox.platform,
      password,
      appPassword,
      idempotencyKey: key,
    });
    await pushAddresses(context, mailbox.uid);
    const { forwardingEmail: address, forwardingKeepCopy: keepCopy } = mailbox;
    if (address !== null) await host.setForwarding(mailbox.uid, { address, keepCopy });
  }
  await host.setStatus(mailbox.uid, wanted);
};

export const isAtHost = async (
  { providers }: Pick<HostContext, 'providers'>,
  mailbox: Mailbox,
  wanted: HostedStatus,
): Promise<boolean> => {
  const host = hostOf(providers, mailbox);
  const there = await host.findMailbox({ id: mailbox.uid });
  return there?.status === (await asHostSays(host, wanted));
};

export const mailboxOf = async (db: Db, uid: string): Promise<Mailbox> => {
  const mailbox = await mailboxByUid(db, uid);
  if (!mailbox) throw rejected('the mailbox is gone', 'mailbox_gone');
  return mailbox;
};

/**
 * Sets what is written down. A rename and the end of an alias may do so at once, and the one that read first may be the
 * last to arrive: each looks again after it was there, so that the last one leaves what is written down then.
 */
export const pushAddresses = async (
  { db, clock, providers }: Omit<HostContext, 'secrets'>,
  mailboxUid: string,
): Promise<void> => {
  for (let pushed: unknown; ; ) {
    const mailbox = await mailboxOf(db, mailboxUid);
    const now = clock.now();
    const aliases = (await aliasesOf(db, mailboxUid)).filter(({ endsAt }) => new Date(endsAt) > now);
    const addresses = { address: mailbox.address, aliases: aliases.map(({ address }) => address) };
    if (isDeepStrictEqual(addresses, pushed)) return;
    await hostOf(providers, mailbox).setAddresses(mailboxUid, addresses);
    pushed = addresses;
  }
};
