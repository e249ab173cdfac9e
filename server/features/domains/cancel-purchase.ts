// Taking back the purchase of a name that was not bought yet.
import type { Tx } from '../../../database/database.ts';
import { giveBackCharges } from '../billing/index.ts';
import { moveDomain } from './move.ts';
import { domainLock } from './store.ts';

/**
 * What became of it: `too_late` once the registrar may have been asked, `over` when it had ended before. The run of
 * `domains.register` finds the domain cancelled before it charges, and ends.
 */
export const cancelRegistration = async (
  tx: Tx,
  uid: string,
  now: Date,
): Promise<'cancelled' | 'too_late' | 'over'> => {
  const domain = await domainLock(tx, uid);
  if (!domain || domain.status === 'cancelled') return 'over';
  const { status, registrationStage, registrationId } = domain;
  if (
    (status !== 'cart' && status !== 'registration_in_progress') ||
    registrationStage !== 'checking_availability' ||
    registrationId
  ) {
    return 'too_late';
  }
  await giveBackCharges(tx, { type: 'domain', uid }, 'it was cancelled', now);
  await moveDomain(tx, uid, 'cancelled', now, { statusReason: 'it was cancelled before it was bought' });
  return 'cancelled';
};
