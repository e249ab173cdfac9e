// What mailboxes of a team will cost until a day, as far as can be said now.
import type { Db } from '../../../database/database.ts';
import { addMonths, heldSeats, type UpcomingCharge } from '../billing/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { mailboxPrices } from '../subscriptions/index.ts';
import { renewingMailboxes } from './due.ts';
import type { Mailbox } from './mailbox.ts';
import { mailboxesOfTerms } from './term-store.ts';

/**
 * Every renewal from the first one that is due through `until`, soonest first: of each mailbox that goes on, one line
 * per month. A mailbox on an included seat is expected to keep it.
 */
export const upcomingMailboxRenewals = async (
  db: Db,
  teamUid: string,
  until: Date,
): Promise<UpcomingCharge[]> => {
  const mailboxes = await renewingMailboxes(db, teamUid, until);
  if (mailboxes.length === 0) return [];
  const seats = await heldSeats(db, teamUid);
  const uidsOf = (type: string) => seats.filter((seat) => seat.type === type).map(({ uid }) => uid);
  const onSeat = new Set([...uidsOf('mailbox'), ...(await mailboxesOfTerms(db, uidsOf('mailbox_term')))]);
  const prices = await mailboxPrices(
    db,
    teamUid,
    mailboxes.map(({ platform }) => platform),
    { useWalletBalance: true, book: await currentPrices(db) },
  );
  return mailboxes
    .flatMap((mailbox, index) =>
      renewalDates(mailbox, until).map((at): UpcomingCharge => {
        const included = onSeat.has(mailbox.uid);
        return {
          subject: { type: 'mailbox', uid: mailbox.uid },
          workspaceUid: mailbox.workspaceUid,
          at,
          description: `${mailbox.address}, renewal for 1 month`,
          ...(included ? { amountMicros: 0, paidWith: 'included_seat' as const } : prices[index]!),
        };
      }),
    )
    .sort((a, b) => a.at.getTime() - b.at.getTime());
};

const renewalDates = ({ termAnchor, termMonths }: Mailbox, until: Date): Date[] => {
  const dates: Date[] = [];
  for (let months = termMonths; ; months += 1) {
    const at = addMonths(termAnchor!, months);
    if (at > until) return dates;
    dates.push(at);
  }
};
