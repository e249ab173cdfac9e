// A payment as a row of its table, and back.
import type { Selectable } from 'kysely';
import type { Schema } from '../../../database/database.ts';
import type { PaymentLine } from '../../../providers/contracts/payments.ts';
import type { Payment, PaymentStatus } from './payment.ts';

export type PaymentTable = Selectable<Schema['payment']>;

export const fromRow = (row: PaymentTable): Payment => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  kind: row.kind as Payment['kind'],
  vendor: row.vendor,
  customerId: row.customer_id,
  sessionId: row.session_id,
  url: row.url,
  lines: row.lines as PaymentLine[],
  amountCents: row.amount_cents,
  status: row.status as PaymentStatus,
  reason: row.reason,
  message: row.message,
  purchaseKind: row.purchase_kind,
  vendorPaymentId: row.vendor_payment_id,
  creditedMicros: row.credited_micros,
  reversedMicros: row.reversed_micros,
  reversals: row.reversals,
  refundedCents: row.refunded_cents,
  disputedCents: row.disputed_cents,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  expiresAt: row.expires_at,
  paidAt: row.paid_at,
  askAt: row.ask_at,
});

export const toRow = (payment: Payment) => ({
  uid: payment.uid,
  team_uid: payment.teamUid,
  workspace_uid: payment.workspaceUid,
  kind: payment.kind,
  vendor: payment.vendor,
  customer_id: payment.customerId,
  session_id: payment.sessionId,
  url: payment.url,
  lines: JSON.stringify(payment.lines),
  amount_cents: payment.amountCents,
  status: payment.status,
  reason: payment.reason,
  message: payment.message,
  purchase_kind: payment.purchaseKind,
  vendor_payment_id: payment.vendorPaymentId,
  credited_micros: payment.creditedMicros,
  reversed_micros: payment.reversedMicros,
  reversals: payment.reversals,
  refunded_cents: payment.refundedCents,
  disputed_cents: payment.disputedCents,
  created_at: payment.createdAt,
  updated_at: payment.updatedAt,
  expires_at: payment.expiresAt,
  paid_at: payment.paidAt,
  ask_at: payment.askAt,
});
