// What warm-up will cost a team until a day, as far as can be said now.
import type { Db } from '../../../database/database.ts';
import { addMonths, type UpcomingCharge } from '../billing/index.ts';
import { mailboxesOfUids } from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { subscriptionsRenewing } from './store.ts';

/** Every renewal from the first one that is due through `until`, soonest first: one line for each month. */
export const upcomingWarmupRenewals = async (
  db: Db,
  teamUid: string,
  until: Date,
): Promise<UpcomingCharge[]> => {
  const subscriptions = await subscriptionsRenewing(db, teamUid, until);
  if (subscriptions.length === 0) return [];
  const mailboxes = await mailboxesOfUids(
    db,
    subscriptions.map(({ mailboxUid }) => mailboxUid),
  );
  const { addOns } = await currentPrices(db);
  const charges: UpcomingCharge[] = [];
  for (const { uid, workspaceUid, mailboxUid, termAnchor, termMonths } of subscriptions) {
    const email = mailboxes.get(mailboxUid)!.address;
    for (let months = termMonths; ; months += 1) {
      const at = addMonths(termAnchor!, months);
      if (at > until) break;
      charges.push({
        subject: { type: 'warmup', uid },
        workspaceUid,
        at,
        description: `${email}, warm-up for a month`,
        amountMicros: addOns.warmupMailboxMonthMicros,
        paidWith: 'wallet',
      });
    }
  }
  return charges.sort((one, other) => one.at.getTime() - other.at.getTime());
};
