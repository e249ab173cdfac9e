// Buying domains: what is checked and priced before, and the rows that one transaction writes.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { Contact, NameQuote } from '../../../providers/contracts/registrar.ts';
import type { ChargeLine } from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import { forgetExpired } from './connection.ts';
import { assertDomainRoom } from './counts.ts';
import { type Domain, newDomain } from './domain.ts';
import { domainAlreadyOwned, domainNotAvailable, duplicateDomain } from './errors.ts';
import { registrableName, tldOf } from './names.ts';
import { namePrices, quoteNames } from './quote.ts';
import { domainsInsert, liveDomainsByName } from './store.ts';

export type DomainWish = {
  name: string;
  years: number;
  /** Null leaves it to the contact of the registrar account. */
  contact: Contact | null;
  dmarcEmail: string | null;
  catchAllEmail: string | null;
  forwardingUrl: string | null;
};

export type PricedDomain = DomainWish & { priceMicros: number };

const reasons: Record<NonNullable<NameQuote['unavailableReason']>, string> = {
  taken: 'it is taken',
  banned: 'it is banned from registration',
  unsupported_tld: 'its top-level domain is not sold here',
  invalid: 'it is not a valid name',
};

/**
 * Checks names and asks the registrar for prices; writes nothing, so it runs before the transaction.
 * Throws when any of the names cannot be bought, and says so for all of them at once.
 */
export const priceDomains = async (
  { db, providers }: { db: Db; providers: Providers },
  scope: { teamUid: string; workspaceUid: string },
  wishes: DomainWish[],
  book: PriceBook,
): Promise<PricedDomain[]> => {
  const named = wishes.map((wish) => ({ ...wish, name: registrableName(wish.name) }));
  const names = named.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw duplicateDomain(`${twice} is in the request twice`, { domain: twice });
  await assertDomainRoom(db, scope.workspaceUid, names.length);
  await assertNotOwned(db, scope.teamUid, names);

  const registrar = providers.registrar({ workspaceId: scope.workspaceUid });
  const prices = await namePrices(db, scope.teamUid, book);
  const quotes = new Map((await quoteNames(registrar, prices, names)).map((quote) => [quote.name, quote]));
  const refused = named.flatMap(({ name }) => {
    const quote = quotes.get(name);
    if (quote?.available) return [];
    return [{ domain: name, reason: quote?.unavailableReason ?? 'taken' } as const];
  });
  if (refused.length > 0) {
    const first = refused[0]!;
    throw domainNotAvailable(`${first.domain} cannot be registered: ${reasons[first.reason]}`, {
      domains: refused,
    });
  }
  return named.map((wish) => ({
    ...wish,
    priceMicros: quotes.get(wish.name)!.registrationPriceMicros * wish.years,
  }));
};

/** Names that a live domain has already: the team's own get another answer than somebody else's. */
const assertNotOwned = async (db: Db, teamUid: string, names: string[]): Promise<void> => {
  const owned = await liveDomainsByName(db, names);
  const own = owned.filter((domain) => domain.teamUid === teamUid);
  if (own.length > 0) {
    const list = own.map(({ name }) => name).join(', ');
    throw domainAlreadyOwned(`Domain(s) already owned by your team: ${list}`, {
      domain_uids: own.map(({ uid }) => uid),
    });
  }
  if (owned.length > 0) {
    const refused = owned.map(({ name }) => ({ domain: name, reason: 'taken' as const }));
    throw domainNotAvailable(`${refused[0]!.domain} cannot be registered: ${reasons.taken}`, {
      domains: refused,
    });
  }
};

/** Writes the domains as `registration_in_progress`, or as what waits to be paid for; a name bought by somebody else meanwhile is refused. */
export const insertDomains = async (
  tx: Tx,
  scope: { teamUid: string; workspaceUid: string },
  wishes: PricedDomain[],
  now: Date,
  status: 'registration_in_progress' | 'cart' = 'registration_in_progress',
): Promise<Domain[]> => {
  const domains = wishes.map((wish) =>
    newDomain(
      {
        uid: newId(),
        ...scope,
        name: wish.name,
        tld: tldOf(wish.name),
        status,
        setUpRun: 1,
        connectionType: 'purchased',
        registrationYears: wish.years,
        contact: wish.contact,
        priceMicros: wish.priceMicros,
        dmarcEmail: wish.dmarcEmail,
        catchAllEmail: wish.catchAllEmail,
        forwardingUrl: wish.forwardingUrl,
      },
      now,
    ),
  );
  await assertDomainRoom(tx, scope.workspaceUid, domains.length);
  const lost = await domainsInsert(tx, domains);
  if (lost.length > 0) {
    await assertNotOwned(tx, scope.teamUid, lost);
    // Whoever had it has let go of it again; this transaction still could not write it.
    throw domainNotAvailable(`${lost[0]} was taken a moment ago`, {
      domains: lost.map((domain) => ({ domain, reason: 'taken' })),
    });
  }
  await forgetExpired(
    tx,
    domains.map(({ name }) => name),
  );
  await recordEvents(
    tx,
    domains.map((domain) => ({
      ...scope,
      type: 'domain.status_changed',
      subjectType: 'domain' as const,
      subjectUid: domain.uid,
      data: { name: domain.name, status: domain.status, previous_status: null, reason: null },
      occurredAt: now,
    })),
  );
  return domains;
};

export const domainLine = (domain: {
  uid: string;
  name: string;
  years: number;
  priceMicros: number;
}): ChargeLine => ({
  subject: { type: 'domain', uid: domain.uid },
  purpose: 'registration',
  description: `${domain.name}, ${domain.years} year${domain.years === 1 ? '' : 's'}`,
  amountMicros: domain.priceMicros,
  paidWith: 'wallet',
});
