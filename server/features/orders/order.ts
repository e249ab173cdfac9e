// An order: domains and mailboxes asked for in one call. It stores what was asked; how far each thing has come
// is the thing's own status, so an order can never say something else than the domain and the mailbox do.
import type { Domain, DomainStatus } from '../domains/index.ts';
import type { Mailbox, MailboxStatus } from '../mailboxes/index.ts';

/** An order that waits for funds has reserved nothing, and holds its names. */
export type OrderStatus = 'waiting_for_funds' | 'queued' | 'processing' | 'done' | 'error';

export type Order = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  status: OrderStatus;
  keyUid: string | null;
  totalMicros: number;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
  /** How often it was placed: once, and once more for each retry of what failed. */
  runs: number;
};

export type OrderDomain = {
  uid: string;
  domainUid: string;
  name: string;
  /** The run of the order that brings it to its end. */
  run: number;
  mailboxUids: string[];
  /** What its mailboxes are to agree to. */
  consentUrl: string | null;
  /** What came of it, by the mailbox; of those that were not tried yet nothing. */
  consents: Map<string, OrderConsent>;
};

/** The consent request that was begun for a mailbox, or why none was. */
export type OrderConsent = { requestUid: string | null; refused: string | null };

export type OrderDomainStatus =
  | 'queued'
  | 'checking_availability'
  | 'registering'
  | 'waiting_for_activation'
  | 'creating_mailboxes'
  | 'generating_consent_url'
  | 'completed'
  | 'error'
  | 'warning';

/** What a domain's status means for the order it is part of. */
const domainStands: Record<DomainStatus, 'registering' | 'activating' | 'there' | 'lost'> = {
  cart: 'registering',
  registration_in_progress: 'registering',
  dns_setup_pending: 'activating',
  waiting_for_dns_propagation: 'activating',
  active: 'there',
  inactive: 'lost',
  payment_failed: 'lost',
  cancelled: 'lost',
  deleted: 'lost',
  scheduled_for_deletion: 'lost',
  expired_propagation: 'lost',
};

/** The same for a mailbox. One that was made and ended later is no failure of the order. */
const mailboxStands: Record<MailboxStatus, 'underway' | 'there' | 'failed'> = {
  pending: 'underway',
  scheduled: 'underway',
  processing: 'underway',
  waiting_for_dns_propagation: 'underway',
  waiting_for_activation_email: 'underway',
  activation_email_received: 'underway',
  configuring_workspace: 'underway',
  configuring_dns: 'underway',
  configuring_dkim: 'underway',
  configuring_auth: 'underway',
  finalizing_setup: 'underway',
  active: 'there',
  inactive: 'there',
  suspended: 'there',
  failed: 'failed',
  renewal_failed: 'there',
  scheduled_for_cancellation: 'there',
  cancelled: 'there',
  archived: 'there',
  deleted: 'there',
};

/**
 * How far one domain of an order has come, mailboxes included. `consents`: whether some of these still wait for consent
 * to be given or refused; how that ends is no matter of the purchase.
 */
export const domainProgress = (
  order: OrderStatus,
  domain: Pick<Domain, 'status' | 'registrationStage'>,
  mailboxes: readonly Pick<Mailbox, 'status'>[],
  consents: 'underway' | 'over' = 'over',
): OrderDomainStatus => {
  switch (domainStands[domain.status]) {
    case 'lost':
      return 'error';
    case 'registering':
      return order === 'queued' || order === 'waiting_for_funds' ? 'queued' : domain.registrationStage;
    case 'activating':
      return 'waiting_for_activation';
    case 'there': {
      const stands = mailboxes.map(({ status }) => mailboxStands[status]);
      if (stands.includes('underway')) return 'creating_mailboxes';
      if (consents === 'underway') return 'generating_consent_url';
      return stands.includes('failed') ? 'warning' : 'completed';
    }
  }
};

/** What of a line can be retried: a name that was not had, with all of its mailboxes, or mailboxes that could not be made. */
export const partFailed = <Box extends Pick<Mailbox, 'status'>>(
  domain: Pick<Domain, 'status' | 'registrationId'>,
  mailboxes: readonly Box[],
): { domain: boolean; mailboxes: Box[] } => {
  const lost = domain.status === 'cancelled' && domain.registrationId === null;
  const failed = mailboxes.filter(({ status }) => mailboxStands[status] === 'failed');
  return { domain: lost, mailboxes: lost || domainStands[domain.status] === 'there' ? failed : [] };
};

/** Since when a domain of an order has been in its stage. */
export const stageSince = (
  stage: OrderDomainStatus,
  domain: Pick<Domain, 'statusSince' | 'registrationStageSince'>,
  mailboxes: readonly Pick<Mailbox, 'statusSince'>[],
): Date => {
  switch (stage) {
    case 'checking_availability':
    case 'registering':
      return domain.registrationStageSince;
    case 'generating_consent_url':
    case 'completed':
    case 'warning': {
      // The last thing that happened; while mailboxes are made the stage began with the domain being active.
      const times = [domain, ...mailboxes].map(({ statusSince }) => statusSince.getTime());
      return new Date(Math.max(...times));
    }
    default:
      return domain.statusSince;
  }
};

/** `done` when everything asked for is there, `error` when something never will be. */
export const orderResult = (domains: OrderDomainStatus[]): 'done' | 'error' =>
  domains.every((status) => status === 'completed') ? 'done' : 'error';
