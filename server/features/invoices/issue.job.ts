// Issues the invoices of every month that is over and has none yet, to every team that paid for something in it.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { isSandbox, lockTeam } from '../accounts/index.ts';
import { firstSettledAt, settledBetween, teamsSettledBetween, teamTax, totalOf } from '../billing/index.ts';
import { buyerOf, buyerText } from './buyer.ts';
import { monthStart, monthsOver, taxesByRate } from './invoice.ts';
import { invoiceInsert, invoiceOfPeriod, lastClosedMonth, monthClose, nextNumber } from './store.ts';

type Deps = { db: Db; clock: Clock; settings: { invoiceSeller: string } };
type Month = { start: Date; end: Date };

/**
 * Answers how many were issued. Months that passed while nobody ran are made up, one after the other, so that a later
 * month never has the lower number. Any number of processes may do it at once: the team is held while its is made.
 */
export const issueInvoices = async (deps: Deps): Promise<number> => {
  const { db, clock } = deps;
  const closed = await lastClosedMonth(db);
  const from = closed ? monthStart(closed, 1) : await firstSettledAt(db);
  if (!from) return 0;
  let issued = 0;
  for (const month of monthsOver(from, clock.now())) {
    for (const teamUid of await teamsSettledBetween(db, month.start, month.end)) {
      if (await issueInvoice(deps, teamUid, month)) issued += 1;
    }
    await monthClose(db, month.start, clock.now());
  }
  return issued;
};

/** Answers whether it was this call that issued it. */
const issueInvoice = async (
  { db, clock, settings }: Deps,
  teamUid: string,
  { start, end }: Month,
): Promise<boolean> => {
  // What is no money is not invoiced, and takes no number from what is.
  if (await isSandbox(db, teamUid)) return false;
  if (await invoiceOfPeriod(db, teamUid, start)) return false;
  return inTransaction(db, async (tx) => {
    await lockTeam(tx, teamUid);
    if (await invoiceOfPeriod(tx, teamUid, start)) return false;
    const settled = await settledBetween(tx, teamUid, start, end);
    const lines = settled.filter(({ isTax }) => !isTax);
    const taxes = taxesByRate(settled.filter(({ isTax }) => isTax));
    const taxMicros = totalOf(taxes);
    const now = clock.now();
    await invoiceInsert(tx, {
      uid: newId(),
      // Of the year it is issued in, also when it makes up for a month of the year before.
      number: await nextNumber(tx, now.getUTCFullYear()),
      teamUid,
      periodStart: start,
      periodEnd: end,
      issuedAt: now,
      seller: settings.invoiceSeller,
      buyer: buyerText(await buyerOf(tx, teamUid)),
      lines: lines.map(({ description, amountMicros, at }) => ({
        description,
        amountMicros,
        at: at.toISOString(),
      })),
      taxes,
      taxNote: (await teamTax(tx, teamUid)).note,
      taxMicros,
      totalMicros: totalOf(lines) + taxMicros,
    });
    return true;
  });
};
