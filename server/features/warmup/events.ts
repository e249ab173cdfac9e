// What warm-up tells about.
import type { NewEvent } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import type { Subscription, WarmupStatus } from './subscription.ts';

const warmupEvent = (
  type: string,
  { uid, teamUid, workspaceUid, mailboxUid }: Subscription,
  email: string,
  occurredAt: Date,
  data: Record<string, unknown>,
): NewEvent => ({
  teamUid,
  workspaceUid,
  type: `warmup.${type}`,
  subjectType: 'warmup',
  subjectUid: uid,
  data: { mailbox_uid: mailboxUid, email, ...data },
  occurredAt,
});

export const warmupMoved = (
  subscription: Subscription,
  email: string,
  to: { status: WarmupStatus; reason: string | null },
  at: Date,
): NewEvent =>
  warmupEvent('status_changed', subscription, email, at, {
    status: to.status,
    previous_status: subscription.status,
    reason: to.reason,
  });

export const warmupAdded = (subscription: Subscription, email: string, at: Date): NewEvent =>
  warmupEvent('added', subscription, email, at, { status: subscription.status });

export const warmupChanged = (subscription: Subscription, email: string, at: Date): NewEvent =>
  warmupEvent('settings_changed', subscription, email, at, {
    settings: subscription.settings,
    share_across_workspaces: subscription.shared,
  });

export const warmupRenewed = (
  subscription: Subscription,
  email: string,
  term: { startsAt: Date; endsAt: Date },
  at: Date,
): NewEvent =>
  warmupEvent('renewed', subscription, email, at, {
    term_start: term.startsAt.toISOString(),
    next_billing_date: term.endsAt.toISOString(),
  });

export const warmupUnpaid = (
  subscription: Subscription,
  email: string,
  owed: { amountMicros: number; endsAt: Date },
  at: Date,
): NewEvent =>
  warmupEvent('renewal_unpaid', subscription, email, at, {
    credits: microsToCredits(owed.amountMicros),
    ends_at: owed.endsAt.toISOString(),
  });
