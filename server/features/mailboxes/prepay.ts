// Paying mailboxes ahead: out of the wallet, from when their time is over.
import type { Tx } from '../../../database/database.ts';
import { addMonths, type ChargeLine, captureCharges, reserveCharges, stopWaiting } from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { mailboxPrices } from '../subscriptions/index.ts';
import { WAITS_AS } from './ending.ts';
import { mailboxNotRenewable, prepaidTooLong } from './errors.ts';
import { renewed } from './events.ts';
import type { Mailbox } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { mailboxUpdate } from './store.ts';
import { termInsert } from './term-store.ts';
import { freeSeatsOf, nextTerm, paidThrough, termLine } from './terms.ts';

/** How far ahead of today a mailbox can be paid. */
const MOST_MONTHS = 36;

/**
 * Pays all of them or none, and answers the lines. The caller holds `lockFunds` and the mailboxes.
 *
 * @throws ApiError when one of them does not go on, would be paid too far ahead, or the wallet holds too little
 */
export const prepay = async (
  tx: Tx,
  mailboxes: readonly Mailbox[],
  { months, keyUid }: { months: number; keyUid: string },
  now: Date,
): Promise<ChargeLine[]> => {
  const over = mailboxes.filter((mailbox) => !goesOn(mailbox));
  if (over.length > 0) {
    throw mailboxNotRenewable(`${over[0]!.address} is ${over[0]!.status} and cannot be paid ahead`, {
      mailboxes: over.map(({ address }) => address),
    });
  }
  const book = await currentPrices(tx);
  const prices = await mailboxPrices(
    tx,
    mailboxes[0]!.teamUid,
    mailboxes.map(({ platform }) => platform),
    { useWalletBalance: true, book },
  );
  const bought = mailboxes.map((mailbox, index) => {
    const price = prices[index]!;
    const term = nextTerm(mailbox, months);
    if (term.endsAt > addMonths(now, MOST_MONTHS)) {
      throw prepaidTooLong(`${mailbox.address} would be paid for more than ${MOST_MONTHS} months ahead`, {
        maximum_months: MOST_MONTHS,
      });
    }
    return {
      mailbox,
      term,
      line: termLine(mailbox, term, { ...price, amountMicros: price.amountMicros * months }),
    };
  });
  const net = bought.map(({ line }) => line);
  const { teamUid, workspaceUid } = mailboxes[0]!;
  const lines = await reserveCharges(tx, {
    teamUid,
    workspaceUid,
    reference: { type: 'mailbox_term', uid: bought[0]!.term.uid },
    description: net.length === 1 ? net[0]!.description : `${net.length} mailboxes, ${months} month(s)`,
    lines: net,
    keyUid,
    priceVersion: book.version,
    now,
  });
  for (const { mailbox, term, line } of bought) {
    if (!(await termInsert(tx, term, now))) throw new Error(`mailbox ${mailbox.uid} has paid for this term`);
    await captureCharges(tx, line.subject, now);
    // The month that runs keeps the seat it was paid with; one that was owed has none.
    if (mailbox.unpaidSince) await freeSeatsOf(tx, mailbox.uid, now);
    const change = {
      ...paidThrough(mailbox, term, now),
      seatUntil: mailbox.unpaidSince ? null : (mailbox.seatUntil ?? term.startsAt),
    };
    await stopWaiting(tx, { kind: WAITS_AS, subjectUid: mailbox.uid });
    if (mailbox.status === 'renewal_failed') await moveMailbox(tx, mailbox.uid, 'active', now, change);
    else await mailboxUpdate(tx, mailbox.uid, change, now);
  }
  await recordEvents(
    tx,
    bought.map(({ mailbox, term }) => renewed(mailbox, term, now)),
  );
  return lines;
};

const goesOn = ({ status, cancellationStatus, renewalDate }: Mailbox): boolean =>
  ['active', 'inactive', 'renewal_failed'].includes(status) &&
  cancellationStatus !== 'pending' &&
  renewalDate !== null;
