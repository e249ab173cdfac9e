// What is due for a mailbox, and when: reminding, renewing, giving up, suspending, ending, archiving, erasing. Pure, so
// that a year of it can be looked at in a test. Whoever changes a mailbox sets `dueAt` to now; `advance.job.ts` then
// asks here what comes next.
import { nextReminder } from '../billing/index.ts';
import type { RenewalSettings } from '../context.ts';
import { isBeingMade, type Mailbox } from './mailbox.ts';

/**
 * - `remind`: tells that the term will be renewed
 * - `renew`: pays the next month, or tries again to
 * - `giveUp`: says that the renewal failed; the mailbox goes on working
 * - `suspend`: closes a mailbox that is not paid
 * - `end`: ends a cancelled mailbox with its term
 * - `freeSeat`: gives an included seat back where a prepaid month begins
 * - `archive`: refuses mail from now on
 * - `erase`: removes the mailbox with its mail
 */
export type LifeStep = 'remind' | 'renew' | 'giveUp' | 'suspend' | 'end' | 'freeSeat' | 'archive' | 'erase';
export type Due = { step: LifeStep; at: Date };

const ERASE_AGAIN_MS = 24 * 60 * 60_000;

/** The next step of a mailbox and when it is due, also when that is over; null when nothing will come by itself. */
export const nextDue = (mailbox: Mailbox, settings: RenewalSettings): Due | null => {
  const { status, statusSince, renewalDate, seatUntil, erasingSince } = mailbox;
  if (isBeingMade(status) || mailbox.reactivationStatus === 'pending') return null;
  if (status === 'failed' || status === 'deleted') return null;
  // A run that failed is not the last word.
  if (erasingSince) return { step: 'erase', at: after(erasingSince, ERASE_AGAIN_MS) };
  switch (status) {
    case 'cancelled':
      return { step: 'archive', at: after(statusSince, settings.recoverForMs) };
    case 'archived':
      return { step: 'erase', at: after(statusSince, settings.eraseAfterMs) };
  }
  if (renewalDate === null) return null;
  const seat: Due[] = seatUntil ? [{ step: 'freeSeat', at: seatUntil }] : [];
  return earliest([...seat, ...ofTerm(mailbox, renewalDate, settings)]);
};

const ofTerm = (mailbox: Mailbox, termEnd: Date, settings: RenewalSettings): Due[] => {
  const { status, statusSince, unpaidSince, nextTryAt } = mailbox;
  if (mailbox.cancellationStatus === 'pending') return [{ step: 'end', at: termEnd }];
  if (status === 'suspended') {
    // Time that was paid for is kept, whatever the mailbox is suspended for.
    const from = statusSince > termEnd ? statusSince : termEnd;
    return [{ step: 'archive', at: after(from, settings.archiveAfterMs) }];
  }
  if (!unpaidSince) {
    const reminder = nextReminder(termEnd, mailbox.remindedAt, settings.remindBeforeMs);
    return [...(reminder ? [{ step: 'remind' as const, at: reminder }] : []), { step: 'renew', at: termEnd }];
  }
  const failed: Due = { step: 'giveUp', at: after(unpaidSince, settings.failedAfterMs) };
  return [
    { step: 'renew', at: nextTryAt ?? unpaidSince },
    ...(mailbox.renewalStatus === 'pending' ? [failed] : []),
    { step: 'suspend', at: after(unpaidSince, settings.suspendAfterMs) },
  ];
};

const after = (date: Date, ms: number): Date => new Date(date.getTime() + ms);

/** Of several at one time the first in the list. */
const earliest = (dues: Due[]): Due | null =>
  dues.reduce<Due | null>((first, due) => (first && first.at <= due.at ? first : due), null);
