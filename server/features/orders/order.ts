// An order: domains and mailboxes asked for in one call. It stores what was asked; how far each thing has come
// is the thing's own status, so an order can never say something else than the domain and the mailbox do.
import type { Domain, DomainStatus } from '../domains/index.ts';
import type { Mailbox, MailboxStatus } from '../mailboxes/index.ts';

export type OrderStatus = 'queued' | 'processing' | 'done' | 'error';

export type Order = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  status: OrderStatus;
  totalMicros: number;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
};

export type OrderDomain = { uid: string; domainUid: string; name: string; mailboxUids: string[] };

export type OrderDomainStatus =
  | 'queued'
  | 'checking_availability'
  | 'registering'
  | 'waiting_for_activation'
  | 'creating_mailboxes'
  | 'completed'
  | 'error'
  | 'warning';

const lost = new Set<DomainStatus>(['cancelled', 'deleted', 'payment_failed', 'inactive']);
const failed = new Set<MailboxStatus>(['failed']);
const unfinished = new Set<MailboxStatus>([
  'pending',
  'scheduled',
  'processing',
  'waiting_for_dns_propagation',
  'configuring_workspace',
  'configuring_dns',
  'configuring_dkim',
  'configuring_auth',
  'finalizing_setup',
]);

/** How far one domain of an order has come, mailboxes included. */
export const domainProgress = (
  order: OrderStatus,
  domain: Domain,
  mailboxes: Mailbox[],
): OrderDomainStatus => {
  if (lost.has(domain.status)) return 'error';
  if (domain.status === 'registration_in_progress')
    return order === 'queued' ? 'queued' : domain.registrationStage;
  if (domain.status !== 'active') return 'waiting_for_activation';
  if (mailboxes.some(({ status }) => unfinished.has(status))) return 'creating_mailboxes';
  return mailboxes.some(({ status }) => failed.has(status)) ? 'warning' : 'completed';
};

/** `done` when everything asked for is there, `error` when something never will be. */
export const orderResult = (domains: OrderDomainStatus[]): 'done' | 'error' =>
  domains.every((status) => status === 'completed') ? 'done' : 'error';
