// A domain of a workspace, and the ways its status may move. Bought and connected domains are two machines: what
// one waits for the other has from the start.
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { Contact } from '../../../providers/contracts/registrar.ts';

export type DomainStatus =
  | 'cart'
  | 'registration_in_progress'
  | 'dns_setup_pending'
  | 'waiting_for_dns_propagation'
  | 'active'
  | 'inactive'
  | 'payment_failed'
  | 'cancelled'
  | 'deleted'
  | 'scheduled_for_deletion'
  | 'expired_propagation';

export const dmarcPolicies = ['none', 'quarantine', 'reject'] as const;
export type DmarcPolicy = (typeof dmarcPolicies)[number];

/** The mode of a domain that is served by nameservers of ours. */
export const NAMESERVER = 'nameserver';

export type Domain = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  name: string;
  tld: string;
  status: DomainStatus;
  /** Why it stands where it stands, for people; null while all is well. */
  statusReason: string | null;
  statusSince: Date;
  /** Where a registration in progress stands. */
  registrationStage: 'checking_availability' | 'registering';
  registrationStageSince: Date;
  /** Number of the run that sets it up; see `set-up.workflow.ts`. */
  setUpRun: number;
  connectionType: 'purchased' | 'connected';
  /** `nameserver`, or the DNS host in whose account of a customer's the zone lies. */
  connectionMode: string;
  /** Of that account. */
  credentialUid: string | null;
  /** The account's own id of the zone. */
  zoneId: string | null;
  /** Whose mailboxes it was last set up for; null before that. */
  mailPlatform: Platform | null;
  registrationYears: number;
  contact: Contact | null;
  priceMicros: number;
  registrationId: string | null;
  nameservers: string[];
  actualNameservers: string[];
  dnsPropagationStatus: 'pending' | 'waiting' | 'propagated' | 'failed' | 'errored';
  nameserverMatchStatus: 'pending' | 'matched';
  lastNameserverCheck: Date | null;
  /** Of a connected domain: when its parent was first seen to delegate it to our nameservers. */
  delegatedAt: Date | null;
  /** Numbers the runs of workflows that it can go through more than once. */
  runs: number;
  renewalDate: Date | null;
  renewalStatus: 'na' | 'pending' | 'completed' | 'failed';
  /** When somebody has to look at its renewal next; null while nothing is due. */
  renewalDueAt: Date | null;
  remindedAt: Date | null;
  /** Since when its renewal could not be had, and when that is tried again. */
  unpaidSince: Date | null;
  nextTryAt: Date | null;
  /** Since when it has run out. */
  expiredSince: Date | null;
  dmarcEmail: string | null;
  dmarcPolicy: DmarcPolicy;
  /** Gets the mail of addresses that do not exist. */
  catchAllEmail: string | null;
  /** Gets all mail of the domain. */
  emailForwarding: string | null;
  forwardingUrl: string | null;
  forwardingPermanent: boolean;
  forwardingKeepPath: boolean;
  createdAt: Date;
  updatedAt: Date;
};

type Moves = Readonly<Partial<Record<DomainStatus, readonly DomainStatus[]>>>;

/** From each status, where a domain that was bought here may go. Its nameservers are ours from the first moment. */
const purchasedMoves: Moves = {
  cart: ['registration_in_progress', 'payment_failed', 'cancelled'],
  registration_in_progress: ['dns_setup_pending', 'cancelled', 'inactive'],
  dns_setup_pending: ['waiting_for_dns_propagation', 'inactive', 'scheduled_for_deletion'],
  waiting_for_dns_propagation: ['active', 'dns_setup_pending', 'inactive', 'scheduled_for_deletion'],
  active: ['dns_setup_pending', 'inactive', 'scheduled_for_deletion'],
  inactive: ['dns_setup_pending', 'active', 'scheduled_for_deletion'],
  scheduled_for_deletion: ['deleted'],
};

/**
 * The same for a domain that its owner has elsewhere and connects. It begins by waiting for its owner to point it at
 * our nameservers, which proves that it is theirs; that it never did makes it expire, from where it can be resumed.
 */
const connectedMoves: Moves = {
  waiting_for_dns_propagation: [
    'dns_setup_pending',
    'expired_propagation',
    'active',
    'inactive',
    'scheduled_for_deletion',
  ],
  expired_propagation: ['waiting_for_dns_propagation', 'scheduled_for_deletion', 'deleted'],
  dns_setup_pending: ['waiting_for_dns_propagation', 'inactive', 'scheduled_for_deletion'],
  active: ['dns_setup_pending', 'waiting_for_dns_propagation', 'inactive', 'scheduled_for_deletion'],
  inactive: ['dns_setup_pending', 'waiting_for_dns_propagation', 'active', 'scheduled_for_deletion'],
  scheduled_for_deletion: ['deleted'],
};

/** The two never mix: a bought domain cannot expire for want of a delegation, a connected one is never registered. */
export const mayMove = (
  { connectionType, status }: Pick<Domain, 'connectionType' | 'status'>,
  to: DomainStatus,
): boolean => {
  const moves = connectionType === 'purchased' ? purchasedMoves : connectedMoves;
  return moves[status]?.includes(to) ?? false;
};

/** Statuses in which a row no longer stands for a domain of the workspace. */
export const goneStatuses = [
  'cancelled',
  'deleted',
  'payment_failed',
] as const satisfies readonly DomainStatus[];

export const isGone = ({ status }: Pick<Domain, 'status'>): boolean =>
  (goneStatuses as readonly DomainStatus[]).includes(status);

/**
 * Whether the domain is known to be its workspace's: bought here, or pointed at our nameservers by its owner. Only then
 * is anything published for it that others would meet, such as where its mail and its visitors go.
 */
export const isProven = (domain: Pick<Domain, 'connectionType' | 'status' | 'delegatedAt'>): boolean =>
  domain.connectionType === 'purchased'
    ? domain.status !== 'cart' && domain.status !== 'registration_in_progress'
    : domain.delegatedAt !== null;

/** Whether its zone lies in an account of its owner's. */
export const isInAccount = ({ credentialUid }: Pick<Domain, 'credentialUid'>): boolean =>
  credentialUid !== null;

/** What a domain begins with, bought or connected; the caller adds what tells the two apart. */
export const newDomain = (
  given: Pick<Domain, 'uid' | 'teamUid' | 'workspaceUid' | 'name' | 'tld' | 'status' | 'connectionType'> &
    Partial<Domain>,
  now: Date,
): Domain => ({
  statusReason: null,
  statusSince: now,
  registrationStage: 'checking_availability',
  registrationStageSince: now,
  setUpRun: 0,
  connectionMode: NAMESERVER,
  credentialUid: null,
  zoneId: null,
  mailPlatform: null,
  registrationYears: 1,
  contact: null,
  priceMicros: 0,
  registrationId: null,
  nameservers: [],
  actualNameservers: [],
  dnsPropagationStatus: 'pending',
  nameserverMatchStatus: 'pending',
  lastNameserverCheck: null,
  delegatedAt: null,
  runs: 0,
  renewalDate: null,
  renewalStatus: 'na',
  renewalDueAt: null,
  remindedAt: null,
  unpaidSince: null,
  nextTryAt: null,
  expiredSince: null,
  dmarcEmail: null,
  dmarcPolicy: 'none',
  catchAllEmail: null,
  emailForwarding: null,
  forwardingUrl: null,
  forwardingPermanent: false,
  forwardingKeepPath: false,
  createdAt: now,
  updatedAt: now,
  ...given,
});

/** Statuses in which a domain is on its way to being usable, or is. */
export const liveStatuses = [
  'registration_in_progress',
  'dns_setup_pending',
  'waiting_for_dns_propagation',
  'active',
] as const satisfies readonly DomainStatus[];
