// Which domains will be renewed, and what they will cost until a day, as far as can be said now: reads over the domains
// of everybody.
import type { Db } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { UpcomingCharge } from '../billing/index.ts';
import type { FeatureSettings } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { type Domain, goneStatuses } from './domain.ts';
import { namePrices, quoteNames } from './quote.ts';
import { renewsAt } from './renewal-due.ts';
import { domainFromRow } from './store.ts';

/** A year, the shortest time a registry sells. */
const YEARS = 1;

/** The renewals of bought domains that are due through `until`, soonest first, at today's prices. */
export const upcomingDomainRenewals = async (
  { db, providers, settings }: { db: Db; providers: Providers; settings: Pick<FeatureSettings, 'renewals'> },
  teamUid: string,
  until: Date,
): Promise<UpcomingCharge[]> => {
  const { renewDomainsBeforeMs } = settings.renewals;
  const domains = await renewingDomains(db, teamUid, new Date(until.getTime() + renewDomainsBeforeMs));
  if (domains.length === 0) return [];
  const book = await namePrices(db, teamUid, await currentPrices(db));
  const lines: UpcomingCharge[] = [];
  for (const [workspaceUid, held] of Map.groupBy(domains, (domain) => domain.workspaceUid)) {
    const registrar = providers.registrar({ workspaceId: workspaceUid });
    const names = held.map(({ name }) => name);
    const quotes = await quoteNames(registrar, book, names);
    const prices = new Map(quotes.map((quote) => [quote.name, quote.renewalPriceMicros]));
    for (const { uid, name, renewalDate } of held) {
      lines.push({
        subject: { type: 'domain', uid },
        workspaceUid,
        at: renewsAt(renewalDate!, settings.renewals),
        description: `${name}, renewal for ${YEARS} year`,
        amountMicros: (prices.get(name) ?? 0) * YEARS,
        paidWith: 'wallet',
      });
    }
  }
  return lines.sort((a, b) => a.at.getTime() - b.at.getTime());
};

/** Bought domains of a team that run out through `until`, soonest first. */
const renewingDomains = async (db: Db, teamUid: string, until: Date): Promise<Domain[]> => {
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .where('connection_type', '=', 'purchased')
    .where('registration_id', 'is not', null)
    .where('status', 'not in', [...goneStatuses, 'scheduled_for_deletion'])
    .where('renewal_date', '<=', until)
    .orderBy('renewal_date')
    .execute();
  return rows.map(domainFromRow);
};

/** Domains for whose renewal something is due, longest first. */
export const domainsDue = async (
  db: Db,
  now: Date,
  limit: number,
): Promise<Pick<Domain, 'uid' | 'teamUid'>[]> => {
  const rows = await db
    .selectFrom('domain')
    .select(['uid', 'team_uid'])
    .where('renewal_due_at', '<=', now)
    .orderBy('renewal_due_at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ uid: row.uid, teamUid: row.team_uid }));
};
