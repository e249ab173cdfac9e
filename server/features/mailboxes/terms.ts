// Paying for the next stretch of a mailbox's time. Months are counted from the anchor: the day it began.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import {
  addMonths,
  type ChargeLine,
  type ChargeSubject,
  captureCharges,
  freeSeats,
  grossOf,
  reserveCharges,
} from '../billing/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { type MailboxPrice, mailboxPrices } from '../subscriptions/index.ts';
import type { Mailbox } from './mailbox.ts';
import type { MailboxChange } from './store.ts';
import { type Term, termInsert, termUids } from './term-store.ts';

/** Everything that was ever charged for the mailbox's time. */
const chargesOf = async (tx: Tx, mailboxUid: string): Promise<ChargeSubject[]> => [
  { type: 'mailbox', uid: mailboxUid },
  ...(await termUids(tx, mailboxUid)).map((uid): ChargeSubject => ({ type: 'mailbox_term', uid })),
];

/** Gives back the included seat that the mailbox holds, if it holds one. */
export const freeSeatsOf = async (tx: Tx, mailboxUid: string, now: Date): Promise<void> =>
  freeSeats(tx, await chargesOf(tx, mailboxUid), now);

/** The stretch of `months` that follows on what is paid. */
export const nextTerm = (mailbox: Mailbox, months: number): Term => ({
  uid: newId(),
  mailboxUid: mailbox.uid,
  months,
  startsAt: mailbox.renewalDate!,
  endsAt: addMonths(mailbox.termAnchor!, mailbox.termMonths + months),
});

/** A month from now on, for a mailbox whose time was over. */
export const newTerm = (mailbox: Mailbox, now: Date): Term => ({
  uid: newId(),
  mailboxUid: mailbox.uid,
  months: 1,
  startsAt: now,
  endsAt: addMonths(now, 1),
});

/** With the version of the price book that it is from. */
export type MonthPrice = MailboxPrice & {
  priceVersion: number;
  /** With the tax. */
  grossMicros: number;
};

/** What a month costs, with the seat that the mailbox held free again. The caller holds `lockFunds`. */
export const monthPrice = async (tx: Tx, mailbox: Mailbox, now: Date): Promise<MonthPrice> => {
  await freeSeatsOf(tx, mailbox.uid, now);
  const book = await currentPrices(tx);
  const options = { useWalletBalance: false, book };
  const [price] = await mailboxPrices(tx, mailbox.teamUid, [mailbox.platform], options);
  const grossMicros = await grossOf(tx, mailbox.teamUid, book.version, price!.amountMicros);
  return { ...price!, priceVersion: book.version, grossMicros };
};

export const termLine = (mailbox: Mailbox, term: Term, { amountMicros, paidWith }: MailboxPrice) => ({
  subject: { type: 'mailbox_term' as const, uid: term.uid },
  purpose: 'term' as const,
  description: `${mailbox.address}, ${
    paidWith === 'included_seat'
      ? 'included seat'
      : `${term.months} month${term.months === 1 ? '' : 's'} from ${term.startsAt.toISOString().slice(0, 10)}`
  }`,
  amountMicros,
  paidWith,
});

/**
 * Sets the price of a term aside, writes the term down, and answers the lines with their tax.
 *
 * @throws ApiError `insufficient_funds`, and changes nothing, when the wallet holds less
 */
export const reserveTerm = async (
  tx: Tx,
  mailbox: Mailbox,
  term: Term,
  price: MonthPrice,
  now: Date,
  /** The key that asks. One that is renewed by itself counts under the spend caps, and is not refused by them. */
  keyUid: string | null = null,
): Promise<ChargeLine[]> => {
  const line = termLine(mailbox, term, price);
  const lines = await reserveCharges(tx, {
    teamUid: mailbox.teamUid,
    workspaceUid: mailbox.workspaceUid,
    reference: { type: 'mailbox_term', uid: term.uid },
    description: line.description,
    lines: [line],
    keyUid,
    priceVersion: price.priceVersion,
    now,
  });
  // The mailbox is locked, so nobody else can have paid for this beginning.
  if (!(await termInsert(tx, term, now))) throw new Error(`mailbox ${mailbox.uid} has paid for this term`);
  return lines;
};

/** The same, charged at once: for time that nobody outside has to be asked about. */
export const payTerm = async (
  tx: Tx,
  mailbox: Mailbox,
  term: Term,
  price: MonthPrice,
  now: Date,
): Promise<void> => {
  await reserveTerm(tx, mailbox, term, price, now);
  await captureCharges(tx, { type: 'mailbox_term', uid: term.uid }, now);
};

/** How the mailbox's row stands once the term is paid. */
export const paidThrough = (mailbox: Mailbox, term: Term, now: Date) => {
  const follows = mailbox.renewalDate?.getTime() === term.startsAt.getTime();
  return {
    termAnchor: follows ? mailbox.termAnchor! : term.startsAt,
    termMonths: follows ? mailbox.termMonths + term.months : term.months,
    renewalDate: term.endsAt,
    prepaidUntil: term.endsAt,
    renewalStatus: 'completed',
    unpaidSince: null,
    nextTryAt: null,
    dueAt: now,
  } satisfies MailboxChange;
};
