// Issues the invoice of the month that is over, to every team that paid for something in it.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { lockTeam, teamName } from '../accounts/index.ts';
import { settledBetween, teamsSettledBetween } from '../billing/index.ts';
import { monthBefore } from './invoice.ts';
import { invoiceInsert, invoiceOfPeriod, nextNumber } from './store.ts';

/** Answers how many were issued. Any number of processes may do it at once: the team is held while its is made. */
export const issueInvoices = async ({
  db,
  clock,
  settings,
}: {
  db: Db;
  clock: Clock;
  settings: { invoiceSeller: string };
}): Promise<number> => {
  const now = clock.now();
  const { start, end } = monthBefore(now);
  let issued = 0;
  for (const teamUid of await teamsSettledBetween(db, start, end)) {
    if (await invoiceOfPeriod(db, teamUid, start)) continue;
    await inTransaction(db, async (tx) => {
      await lockTeam(tx, teamUid);
      if (await invoiceOfPeriod(tx, teamUid, start)) return;
      const lines = await settledBetween(tx, teamUid, start, end);
      await invoiceInsert(tx, {
        uid: newId(),
        number: await nextNumber(tx, end.getUTCFullYear()),
        teamUid,
        periodStart: start,
        periodEnd: end,
        issuedAt: now,
        seller: settings.invoiceSeller,
        buyer: await teamName(tx, teamUid),
        lines: lines.map(({ description, amountMicros, at }) => ({
          description,
          amountMicros,
          at: at.toISOString(),
        })),
        taxMicros: 0,
        totalMicros: lines.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
      });
      issued += 1;
    });
  }
  return issued;
};
