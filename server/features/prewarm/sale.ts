// An order of prewarmed domains: each of them is a sale that is handed over, or fails, by itself.
import type { ChargeLine, ChargeSubject } from '../billing/index.ts';
import type { MailboxStatus } from '../mailboxes/index.ts';

/** `handed_over`: it is in the buyer's workspace, and its mailboxes are being made there. */
export type SaleStatus = 'awaiting_payment' | 'reserved' | 'handed_over' | 'failed';

export type SoldMailbox = {
  /** Of the mailbox that the buyer gets. */
  uid: string;
  username: string;
  firstName: string;
  lastName: string;
  profilePicture: string | null;
  priceMicros: number;
};

export type Sale = {
  uid: string;
  orderUid: string;
  stockUid: string;
  domainUid: string;
  domainName: string;
  status: SaleStatus;
  reason: string | null;
  domainPriceMicros: number;
  mailboxes: SoldMailbox[];
};

export type PrewarmOrder = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  keyUid: string | null;
  paymentUid: string | null;
  sequencerUid: string | null;
  keepWarming: boolean;
  priceVersion: number;
  createdAt: Date;
};

export const orderStatuses = [
  'awaiting_payment',
  'processing',
  'completed',
  'partially_completed',
  'failed',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** What a sale has come to: a domain that was handed over is as far as its mailboxes are. */
export const saleProgress = (
  { status }: Pick<Sale, 'status'>,
  mailboxes: readonly MailboxStatus[],
): OrderStatus => {
  if (status === 'awaiting_payment' || status === 'failed') return status;
  if (status === 'reserved') return 'processing';
  const failed = mailboxes.filter((one) => one === 'failed').length;
  if (failed === mailboxes.length) return 'failed';
  if (mailboxes.some(isComing)) return 'processing';
  return failed > 0 ? 'partially_completed' : 'completed';
};

const coming: readonly MailboxStatus[] = [
  'scheduled',
  'waiting_for_dns_propagation',
  'processing',
  'configuring_workspace',
  'finalizing_setup',
];
const isComing = (status: MailboxStatus): boolean => coming.includes(status);

export const orderProgress = (sales: readonly OrderStatus[]): OrderStatus => {
  const [first] = new Set(sales);
  if (first !== undefined && sales.every((one) => one === first)) return first;
  return sales.includes('processing') ? 'processing' : 'partially_completed';
};

export const domainSubject = ({ uid }: Pick<Sale, 'uid'>): ChargeSubject => ({ type: 'prewarm_domain', uid });

/** What a sale costs: the domain, and each mailbox with its first month. */
export const saleLines = (
  sale: Pick<Sale, 'uid' | 'domainName' | 'domainPriceMicros' | 'mailboxes'>,
): ChargeLine[] => [
  {
    subject: domainSubject(sale),
    purpose: 'purchase',
    description: `${sale.domainName}, prewarmed`,
    amountMicros: sale.domainPriceMicros,
    paidWith: 'wallet',
  },
  ...sale.mailboxes.map(
    ({ uid, username, priceMicros }): ChargeLine => ({
      subject: { type: 'mailbox', uid },
      purpose: 'first_month',
      description: `${username}@${sale.domainName}, prewarmed, first month`,
      amountMicros: priceMicros,
      paidWith: 'wallet',
    }),
  ),
];
