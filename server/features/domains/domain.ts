// A domain of a workspace, and the ways its status may move.
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
  connectionMode: string;
  registrationYears: number;
  contact: Contact | null;
  priceMicros: number;
  registrationId: string | null;
  nameservers: string[];
  actualNameservers: string[];
  dnsPropagationStatus: 'pending' | 'waiting' | 'propagated' | 'failed' | 'errored';
  nameserverMatchStatus: 'pending' | 'matched';
  lastNameserverCheck: Date | null;
  renewalDate: Date | null;
  renewalStatus: string;
  dmarcEmail: string | null;
  forwardingUrl: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** From each status, where a bought domain may go; going nowhere else is the database row's promise to readers. */
const moves: Record<DomainStatus, readonly DomainStatus[]> = {
  cart: ['registration_in_progress', 'payment_failed', 'cancelled'],
  registration_in_progress: ['dns_setup_pending', 'cancelled', 'inactive'],
  dns_setup_pending: ['waiting_for_dns_propagation', 'inactive', 'scheduled_for_deletion', 'deleted'],
  waiting_for_dns_propagation: [
    'active',
    'dns_setup_pending',
    'inactive',
    'scheduled_for_deletion',
    'deleted',
  ],
  active: ['dns_setup_pending', 'inactive', 'scheduled_for_deletion', 'deleted'],
  inactive: ['dns_setup_pending', 'active', 'scheduled_for_deletion', 'deleted'],
  payment_failed: [],
  cancelled: [],
  deleted: [],
  scheduled_for_deletion: ['active', 'deleted'],
  expired_propagation: ['waiting_for_dns_propagation', 'deleted'],
};

export const mayMove = (from: DomainStatus, to: DomainStatus): boolean => moves[from].includes(to);

/** Statuses in which a domain is on its way to being usable, or is. */
export const liveStatuses = [
  'registration_in_progress',
  'dns_setup_pending',
  'waiting_for_dns_propagation',
  'active',
] as const satisfies readonly DomainStatus[];
