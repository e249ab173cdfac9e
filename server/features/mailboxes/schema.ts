// The shapes that several mailbox endpoints share.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { oneLine } from '../../http/one-line.ts';
import { tagFilterFields, tagFilterOf, tagNames } from '../tags/index.ts';
import type { MailboxFilter } from './list-store.ts';
import { isGone, type Mailbox, type MailboxStatus, mailboxStatuses, platforms } from './mailbox.ts';
import type { MailboxWish } from './purchase.ts';

/** Platforms are upper case on the wire; some clients send them in lower case. */
export const platform = z
  .string()
  .transform((value) => value.toUpperCase())
  .pipe(z.enum(platforms, { error: `platform must be one of ${platforms.join(', ')}` }))
  .meta({ example: 'GOOGLE' });

/**
 * Names of people, in any script, but on one line and in the order they are written: they go into headers of mail,
 * where a line break would begin another header (RFC 5322 §2.2) and a bidi control shows something else than it says.
 */
export const personName = z.string().trim().min(1).max(100).regex(oneLine, {
  error: 'a name must not contain line breaks, control or text direction characters',
});

/** A username as it is sent; whether it can be one is `assertUsername`'s to say. */
export const newUsername = z.string().trim().toLowerCase().min(1).max(320).meta({ example: 'mara.v' });

export const pictureUrl = orAbsent(z.url({ protocol: /^https?$/ }));

const status = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(mailboxStatuses, { error: `status must be one of ${mailboxStatuses.join(', ')}` }));

/** What narrows a list of mailboxes. */
export const mailboxFilter = {
  keyword: orAbsent(z.string().trim().min(1).max(320)).meta({
    description: 'Part of the address or of a name; an address that fits exactly comes first',
  }),
  email: orAbsent(z.string().trim().toLowerCase().min(1).max(320)).meta({ description: 'The exact address' }),
  domain: orAbsent(z.string().trim().toLowerCase().min(1).max(253)),
  domain_uid: orAbsent(z.uuid()),
  status: orAbsent(z.union([status, z.array(status).min(1).max(20)])),
  platform: orAbsent(platform),
  sequencer_uid: orAbsent(z.uuid()).meta({ description: 'Those that are exported to this sequencer' }),
  ...tagFilterFields,
};

type SentFilter = z.output<z.ZodObject<typeof mailboxFilter>>;

export const filterOf = (sent: SentFilter): MailboxFilter => ({
  email: sent.email,
  keyword: sent.keyword,
  domain: sent.domain,
  domainUid: sent.domain_uid,
  status: sent.status === undefined ? undefined : [sent.status].flat(),
  platform: sent.platform,
  tags: tagFilterOf(sent),
  sequencerUid: sent.sequencer_uid,
});

export const mailboxShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    email: z.string(),
    username: z.string(),
    domain_id: z.uuid(),
    domain_name: z.string(),
    workspace_id: z.uuid(),
    first_name: z.string(),
    last_name: z.string(),
    platform: z.enum(platforms),
    status: z.string(),
    status_reason: z.string().nullable(),
    status_since: z.iso.datetime(),
    is_admin: z.boolean(),
    forwarding_email: z.string().nullable(),
    profile_picture: z.string().nullable(),
    tags: z.array(z.string()),
    sequencers: z.array(z.string()).meta({ description: 'The sequencers it is exported to, by uid' }),
    renewal_date: z.iso.datetime().nullable(),
    renewal_cycle: z.string(),
    renewal_status: z.string(),
    prepaid_until: z.iso.datetime().nullable(),
    mailbox_update_status: z.string(),
    sequencer_status: z.string(),
    dns_propagation_status: z.string(),
    mailbox_reactivation_status: z.string(),
    mailbox_cancellation_status: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Mailbox' });

/** Statuses before the domain's DNS is proven. */
const beforeDns = new Set<MailboxStatus>(['pending', 'scheduled', 'waiting_for_dns_propagation']);

/** `na` for a mailbox that is gone: whether its domain's DNS was ever proven, it no longer waits for it. */
const dnsPropagationStatus = (status: MailboxStatus): string => {
  if (isGone(status)) return 'na';
  return beforeDns.has(status) ? 'pending' : 'completed';
};

/** When it is renewed next; a mailbox that ends with its term, or has ended, never is. */
const renewalDate = ({ status, cancellationStatus, renewalDate }: Mailbox): Date | null =>
  isGone(status) || cancellationStatus === 'pending' ? null : renewalDate;

/** The rows as the API shows them. */
export const mailboxRows = async (db: Db, mailboxes: readonly Mailbox[]) => {
  const tags = await tagNames(
    db,
    'mailbox',
    mailboxes.map(({ uid }) => uid),
  );
  return mailboxes.map((mailbox) => rowOf(mailbox, tags.get(mailbox.uid) ?? []));
};

export const mailboxRow = async (db: Db, mailbox: Mailbox) => (await mailboxRows(db, [mailbox]))[0]!;

const rowOf = (mailbox: Mailbox, tags: string[]) => ({
  uid: mailbox.uid,
  id: mailbox.uid,
  email: mailbox.address,
  username: mailbox.username,
  domain_id: mailbox.domainUid,
  domain_name: mailbox.domainName,
  workspace_id: mailbox.workspaceUid,
  first_name: mailbox.firstName,
  last_name: mailbox.lastName,
  platform: mailbox.platform,
  status: mailbox.status,
  status_reason: mailbox.statusReason,
  status_since: mailbox.statusSince.toISOString(),
  is_admin: mailbox.isAdmin,
  forwarding_email: mailbox.forwardingEmail,
  profile_picture: mailbox.profilePicture,
  tags,
  sequencers: mailbox.sequencerUids,
  renewal_date: renewalDate(mailbox)?.toISOString() ?? null,
  renewal_cycle: mailbox.renewalCycle,
  renewal_status: mailbox.renewalStatus,
  prepaid_until: mailbox.prepaidUntil?.toISOString() ?? null,
  mailbox_update_status: mailbox.updateStatus,
  sequencer_status: mailbox.sequencerStatus,
  dns_propagation_status: dnsPropagationStatus(mailbox.status),
  mailbox_reactivation_status: mailbox.reactivationStatus,
  mailbox_cancellation_status: mailbox.cancellationStatus,
  createdAt: mailbox.createdAt.toISOString(),
  updatedAt: mailbox.updatedAt.toISOString(),
});

/** The most mailboxes one request may name. */
export const MAX_MAILBOXES = 500;

const mailboxWish = z.strictObject({
  first_name: personName,
  last_name: personName,
  username: z.string().trim().toLowerCase().min(1),
  domain_name: z.string().trim().toLowerCase().min(1).max(253),
  platform,
  profile_picture: pictureUrl,
});

/** How many months can be paid in one go. */
export const MOST_MONTHS_AT_ONCE = 24;

/** What a purchase of mailboxes names. */
export const mailboxWishFields = {
  mailboxes: z.array(mailboxWish).min(1).max(MAX_MAILBOXES),
  use_wallet_balance: z.boolean().default(false),
  months: z
    .int()
    .min(1)
    .max(MOST_MONTHS_AT_ONCE)
    .default(1)
    .meta({
      description:
        'How many are paid ahead; more than one are paid from the wallet, as an included seat lasts for one. After them ' +
        'the mailboxes are renewed by the month',
    }),
};

export const wishOf = (sent: z.infer<typeof mailboxWish>, months: number): MailboxWish => ({
  username: sent.username,
  domainName: sent.domain_name,
  firstName: sent.first_name,
  lastName: sent.last_name,
  platform: sent.platform,
  profilePicture: sent.profile_picture ?? null,
  months,
});
