// What is due for the renewal of a bought domain, and when. Pure. Whoever changes a domain sets `renewalDueAt` to now;
// `auto-renew.job.ts` then asks here what comes next.
import { nextReminder } from '../billing/index.ts';
import type { RenewalSettings } from '../context.ts';
import type { Domain } from './domain.ts';

/** The kind under which an unpaid domain stands in its team's line of those that wait for credits. */
export const DOMAIN_WAITS_AS = 'domain_renewal';

/**
 * - `remind`: tells that it will be renewed
 * - `renew`: asks for another year, or tries again to
 * - `expire`: it has run out; its mailboxes are suspended
 * - `restore`: it was renewed after it had run out; its mailboxes come back
 * - `remove`: it is lost, with its mailboxes
 */
export type RenewalStep = 'remind' | 'renew' | 'expire' | 'restore' | 'remove';
export type RenewalDue = { step: RenewalStep; at: Date };

/** When the first attempt to renew it is made. */
export const renewsAt = (renewalDate: Date, settings: RenewalSettings): Date =>
  new Date(renewalDate.getTime() - settings.renewDomainsBeforeMs);

/** The next step and when it is due, also when that is over; null for a domain that is not renewed by itself. */
export const nextRenewalDue = (domain: Domain, settings: RenewalSettings, now: Date): RenewalDue | null => {
  const { renewalDate, expiredSince, unpaidSince, remindedAt } = domain;
  if (renewalDate === null || !renewsByItself(domain)) return null;
  if (expiredSince && renewalDate > now) return { step: 'restore', at: now };
  // What is under way tells its end, also of a domain that runs out meanwhile.
  if (domain.renewalStatus === 'pending') return null;
  const again: RenewalDue = { step: 'renew', at: domain.nextTryAt ?? renewsAt(renewalDate, settings) };
  if (expiredSince) {
    const lost = new Date(expiredSince.getTime() + settings.redeemDomainsForMs);
    return earliest([again, { step: 'remove', at: lost }]);
  }
  const over: RenewalDue = { step: 'expire', at: renewalDate };
  if (unpaidSince) return earliest([again, over]);
  const reminder = nextReminder(renewsAt(renewalDate, settings), remindedAt, settings.remindBeforeMs);
  return earliest([...(reminder ? [{ step: 'remind' as const, at: reminder }] : []), again, over]);
};

/** Bought here, and neither removed nor about to be: nothing else is ever paid for without being asked. */
export const renewsByItself = ({ connectionType, registrationId, status }: Domain): boolean =>
  connectionType === 'purchased' &&
  registrationId !== null &&
  ['dns_setup_pending', 'waiting_for_dns_propagation', 'active', 'inactive'].includes(status);

const earliest = (dues: RenewalDue[]): RenewalDue =>
  dues.reduce((first, due) => (due.at < first.at ? due : first));
