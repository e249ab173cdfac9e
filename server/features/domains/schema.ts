// The shapes that several domain endpoints share.
import { z } from 'zod';
import type { Clock } from '../../../database/clock.ts';
import type { Db, Tx } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { orAbsent } from '../../http/absent.ts';
import { ApiError } from '../../http/errors.ts';
import { microsToCredits } from '../price-book/index.ts';
import { tagNames } from '../tags/index.ts';
import { credentialStatuses } from '../zone-accounts/index.ts';
import { type Domain, dmarcPolicies } from './domain.ts';

const text = (max: number) => z.string().trim().min(1).max(max);

/** Registrant data (ICANN needs all of the required ones). */
export const contactDetails = z
  .strictObject({
    first_name: text(100),
    last_name: text(100),
    email: z.email(),
    address_line1: text(200),
    address_line2: orAbsent(z.string().trim().max(200)),
    city: text(100),
    state: text(100),
    country: z
      .string()
      .toUpperCase()
      .regex(/^[A-Z]{2}$/, { error: 'country must be an ISO 3166-1 code of two letters' }),
    postal_code: text(20),
    phone: orAbsent(
      z.string().regex(/^\+[1-9]\d{6,14}$/, { error: 'phone must be in E.164 form, e.g. +14155550100' }),
    ),
    organization: orAbsent(z.string().trim().max(200)),
  })
  .meta({ id: 'ContactDetails' });

/** A web address; the scheme may be missing, as clients send it both ways. */
export const forwardingUrl = z
  .string()
  .trim()
  .max(2048)
  .transform((value) => (value === '' || /^[a-z]+:\/\//i.test(value) ? value : `https://${value}`))
  .refine((value) => value === '' || isWebAddress(value), { error: 'must be an http or https address' });

const isWebAddress = (value: string): boolean => {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname.includes('.') && url.username === '';
};

export const registrationYears = z.int().min(1).max(10);

export const domainShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    tld: z.string(),
    price: z.number(),
    status: z.string(),
    status_reason: z.string().nullable(),
    status_since: z.iso.datetime(),
    connection_type: z.enum(['purchased', 'connected']),
    connection_mode: z.string(),
    registration_years: z.int(),
    assigned_mailboxes: z.int(),
    available_mailboxes: z.int(),
    dns_propagation_status: z.string(),
    nameserver_match_status: z.string(),
    last_nameserver_check: z.iso.datetime().nullable(),
    nameservers: z.array(z.string()),
    actual_nameservers: z.array(z.string()),
    renewal_date: z.iso.datetime().nullable(),
    renewal_status: z.string(),
    dmarc_email: z.string().nullable(),
    dmarc_policy: z.enum(dmarcPolicies),
    catch_all_email: z.string().nullable(),
    email_forwarding: z.string().nullable(),
    forwarding_url: z.string().nullable(),
    forwarding_permanent: z.boolean(),
    forwarding_keep_path: z.boolean(),
    tags: z.array(z.string()),
    cf_zone_id: z
      .string()
      .nullable()
      .meta({ description: 'Id of the zone at the DNS host, for a zone in an account of its owner’s' }),
    credential_status: z
      .string()
      .nullable()
      .meta({ description: '`active`, or `invalid`: its changes wait until the domain is connected again' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Domain' });

/** What domains need to know of mailboxes, which come later in the order of features and hand it in. */
export type DomainMailboxes = {
  /** How many live mailboxes each domain has, and of which platform; nothing for a domain without. */
  held(db: Db, domainUids: string[]): Promise<Map<string, { count: number; platform: Platform }>>;
  /** Usernames that no mailbox can have. */
  reservedUsernames: readonly string[];
  /** Domains of a workspace with at least `maximum` live mailboxes. */
  full(db: Db, workspaceUid: string, maximum: number): Promise<string[]>;
  /** Suspends those that work, because their domain is away. */
  suspendAll(tx: Tx, deps: { workflows: WorkflowStarter }, domainUid: string, now: Date): Promise<void>;
  /** Brings those back, now that it is there again. The caller holds `lockFunds`. */
  bringBack(tx: Tx, deps: { workflows: WorkflowStarter }, domainUid: string, now: Date): Promise<void>;
  /**
   * Removes every mailbox of the domain, at its host and here, for good. Those that are just being made cannot be
   * removed; answers how many there are. Repeating it changes nothing.
   */
  removeAll(context: { db: Db; clock: Clock; providers: Providers }, domainUid: string): Promise<number>;
};

/** Of every operation on connected domains: a row for each name, with its own error where it failed. */
export const connectedAnswer = {
  result: z.array(
    z
      .object({
        domain: z.string(),
        uid: z.uuid().nullable(),
        nameservers: z.array(z.string()),
        status: z.string().nullable(),
        already_connected: z.boolean(),
        error: z.object({ code: z.string(), message: z.string() }).nullable(),
      })
      .meta({ id: 'DomainConnection' }),
  ),
};

export const connectionRow = (
  { uid, name, nameservers, status }: Pick<Domain, 'uid' | 'name' | 'nameservers' | 'status'>,
  { already_connected }: { already_connected: boolean },
) => ({ domain: name, uid, nameservers, status, already_connected, error: null });

export const failedRow = (domain: string, refusal: ApiError) => ({
  domain,
  uid: null,
  nameservers: [],
  status: null,
  already_connected: false,
  error: errorOf(refusal),
});

/** A refusal inside of a row. */
export const errorOf = ({ definition, message }: ApiError) => ({ code: definition.code, message });

/**
 * One bad name does not fail a batch. When all of them are bad the request is refused with the first reason, and the
 * rows are beside it.
 */
export const refuseUnlessSome = (refusals: ApiError[], result: readonly object[]): void => {
  const [first] = refusals;
  if (first && refusals.length === result.length) {
    throw new ApiError(first.definition, first.message, { ...first.fields, result });
  }
};

/** What rows of domains show that is kept elsewhere. */
type BesideDomains = {
  /** Whether the credentials through which their zones are reached work. */
  credentials: ReadonlyMap<string, string>;
  tags: ReadonlyMap<string, string[]>;
};

const besideDomains = async (db: Db, domains: readonly Domain[]): Promise<BesideDomains> => ({
  credentials: await credentialStatuses(
    db,
    domains.flatMap(({ credentialUid }) => credentialUid ?? []),
  ),
  tags: await tagNames(
    db,
    'domain',
    domains.map(({ uid }) => uid),
  ),
});

/** The rows as the API shows them. */
export const domainRows = async (
  db: Db,
  held: Awaited<ReturnType<DomainMailboxes['held']>>,
  domains: readonly Domain[],
  maxMailboxes: number,
) => {
  const beside = await besideDomains(db, domains);
  return domains.map((domain) =>
    domainRow(domain, { assigned: held.get(domain.uid)?.count ?? 0, maxMailboxes, ...beside }),
  );
};

const domainRow = (
  domain: Domain,
  { assigned, maxMailboxes, credentials, tags }: { assigned: number; maxMailboxes: number } & BesideDomains,
) => ({
  uid: domain.uid,
  id: domain.uid,
  name: domain.name,
  tld: domain.tld,
  price: microsToCredits(domain.priceMicros),
  status: domain.status,
  status_reason: domain.statusReason,
  status_since: domain.statusSince.toISOString(),
  connection_type: domain.connectionType,
  connection_mode: domain.connectionMode,
  registration_years: domain.registrationYears,
  assigned_mailboxes: assigned,
  available_mailboxes: Math.max(0, maxMailboxes - assigned),
  dns_propagation_status: domain.dnsPropagationStatus,
  nameserver_match_status: domain.nameserverMatchStatus,
  last_nameserver_check: domain.lastNameserverCheck?.toISOString() ?? null,
  nameservers: domain.nameservers,
  actual_nameservers: domain.actualNameservers,
  renewal_date: domain.renewalDate?.toISOString() ?? null,
  renewal_status: domain.renewalStatus,
  dmarc_email: domain.dmarcEmail,
  dmarc_policy: domain.dmarcPolicy,
  catch_all_email: domain.catchAllEmail,
  email_forwarding: domain.emailForwarding,
  forwarding_url: domain.forwardingUrl,
  forwarding_permanent: domain.forwardingPermanent,
  forwarding_keep_path: domain.forwardingKeepPath,
  tags: tags.get(domain.uid) ?? [],
  cf_zone_id: domain.zoneId,
  credential_status: domain.credentialUid && (credentials.get(domain.credentialUid) ?? null),
  createdAt: domain.createdAt.toISOString(),
  updatedAt: domain.updatedAt.toISOString(),
});
