// What domains of a team will cost until a day, as far as can be said now.
import type { Db } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { UpcomingCharge } from '../billing/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { quoteNames } from './quote.ts';
import { renewingDomains } from './store.ts';

/** A year, the shortest time a registry sells. */
const YEARS = 1;

/** The renewals of bought domains that run out through `until`, soonest first, at the prices of today. */
export const upcomingDomainRenewals = async (
  { db, providers }: { db: Db; providers: Providers },
  teamUid: string,
  until: Date,
): Promise<UpcomingCharge[]> => {
  const domains = await renewingDomains(db, teamUid, until);
  const book = await currentPrices(db);
  const lines: UpcomingCharge[] = [];
  for (const [workspaceUid, held] of Map.groupBy(domains, (domain) => domain.workspaceUid)) {
    const quotes = await quoteNames(
      providers.registrar({ workspaceId: workspaceUid }),
      book,
      held.map(({ name }) => name),
    );
    const prices = new Map(quotes.map((quote) => [quote.name, quote.renewalPriceMicros]));
    for (const { uid, name, renewalDate } of held) {
      lines.push({
        subject: { type: 'domain', uid },
        workspaceUid,
        at: renewalDate!,
        description: `${name}, renewal for ${YEARS} year`,
        amountMicros: (prices.get(name) ?? 0) * YEARS,
        paidWith: 'wallet',
      });
    }
  }
  return lines.sort((a, b) => a.at.getTime() - b.at.getTime());
};
