// Renewals as something that can be quoted: the same purchase as `domains.renew`, and its rules.
import type { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { lockFunds, reserveCharges } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Seller } from '../quotes/index.ts';
import type { Domain } from './domain.ts';
import { domainNotRenewable, domainWasConnected, renewalInProgress, renewalTooLong } from './errors.ts';
import { quoteNames } from './quote.ts';
import { renew, renewId } from './renew.workflow.ts';
import { type Renewal, renewalInsert, renewalLine } from './renewal.ts';
import { registrationYears } from './schema.ts';
import { domainsMeant, lockDomains, ofDomains } from './settings.ts';
import { domainUpdate } from './store.ts';

/** The longest a name can be held ahead: gTLD registries renew to ten years from now at most. */
const MOST_YEARS = 10;

export const renewalFields = { years: registrationYears.default(1) };
const body = ofDomains(renewalFields);

/** The renewals that are asked for, and the purchase of them. */
export const prepareRenewals = async (
  context: FeatureContext,
  buyer: { teamUid: string; workspaceUid: string; keyUid: string },
  asked: z.output<typeof body>,
  book: PriceBook,
) => {
  const { teamUid, workspaceUid, keyUid } = buyer;
  const meant = await domainsMeant(context.db, workspaceUid, asked);
  const renewals = await priceRenewals(context, meant, asked.years, book);
  const lines = renewals.map(({ renewal, domain }) => renewalLine(renewal, domain.name));
  return {
    renewals,
    price: async () => lines,
    async buy(tx: Tx, now: Date) {
      await lockFunds(tx, teamUid);
      assertRenewable(await lockDomains(tx, workspaceUid, asked));
      for (const { renewal, domain } of renewals) await request(tx, renewal, domain, now);
      await reserveCharges(tx, {
        teamUid,
        workspaceUid,
        reference: { type: 'domain_renewal', uid: renewals[0]!.renewal.uid },
        description: renewals.length === 1 ? lines[0]!.description : `Renewal of ${renewals.length} domains`,
        lines,
        keyUid,
        priceVersion: book.version,
        now,
      });
      for (const { renewal } of renewals) {
        await context.workflows.start(tx, renew, renewId(renewal.uid), { renewalUid: renewal.uid });
      }
      return { lines, bought: { domainUids: renewals.map(({ domain }) => domain.uid) } };
    },
  };
};

export const renewalSeller: Seller<typeof body> = { body, prepare: prepareRenewals };

const namesOf = (domains: readonly Domain[]) => ({ domains: domains.map(({ name }) => name) });

/** Throws for the first reason for which one of the domains cannot be renewed now, and names all it is true of. */
const assertRenewable = (domains: readonly Domain[]): void => {
  const connected = domains.filter(({ connectionType }) => connectionType === 'connected');
  if (connected.length > 0) {
    const message = `${connected[0]!.name} was connected: renew it where it was bought`;
    throw domainWasConnected(message, namesOf(connected));
  }
  const unheld = domains.filter(
    ({ registrationId, status }) =>
      registrationId === null || status === 'registration_in_progress' || status === 'scheduled_for_deletion',
  );
  if (unheld.length > 0) {
    throw domainNotRenewable(`${unheld[0]!.name} cannot be renewed now`, namesOf(unheld));
  }
  const renewing = domains.filter(({ renewalStatus }) => renewalStatus === 'pending');
  if (renewing.length > 0) {
    throw renewalInProgress(`${renewing[0]!.name} is being renewed already`, namesOf(renewing));
  }
};

/** What the renewals cost, from when each name runs out as its registrar knows it. Writes nothing. */
const priceRenewals = async (
  { clock, providers }: FeatureContext,
  domains: readonly Domain[],
  years: number,
  book: PriceBook,
): Promise<{ domain: Domain; renewal: Renewal }[]> => {
  assertRenewable(domains);
  const now = clock.now();
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
  const priced = [];
  for (const domain of domains) {
    const registrar = providers.registrar({ workspaceId: domain.workspaceUid, domain: domain.name });
    const registration = await registrar.findRegistration({ name: domain.name });
    const [quote] = await quoteNames(registrar, book, [domain.name]);
    if (!registration?.expiresAt || !quote || !book.tlds.has(domain.tld)) {
      throw domainNotRenewable(`${domain.name} cannot be renewed now`, namesOf([domain]));
    }
    const expiresBefore = new Date(registration.expiresAt);
    const expiresAfter = new Date(expiresBefore);
    expiresAfter.setUTCFullYear(expiresAfter.getUTCFullYear() + years);
    if (expiresAfter > latest) {
      throw renewalTooLong(`${domain.name} would be held for more than ${MOST_YEARS} years`, {
        domains: [{ domain: domain.name, renewal_date: registration.expiresAt }],
      });
    }
    priced.push({
      domain,
      renewal: {
        uid: newId(),
        domainUid: domain.uid,
        teamUid: domain.teamUid,
        workspaceUid: domain.workspaceUid,
        years,
        priceMicros: quote.renewalPriceMicros * years,
        status: 'pending' as const,
        failureReason: null,
        expiresBefore,
        expiresAfter: null,
        requestedAt: now,
        finishedAt: null,
      },
    });
  }
  return priced;
};

const request = async (tx: Tx, renewal: Renewal, domain: Domain, now: Date): Promise<void> => {
  if (!(await renewalInsert(tx, renewal))) {
    throw renewalInProgress(`${domain.name} is being renewed already`, namesOf([domain]));
  }
  await domainUpdate(tx, domain.uid, { renewalStatus: 'pending' }, now);
  await recordEvents(tx, [
    {
      teamUid: renewal.teamUid,
      workspaceUid: renewal.workspaceUid,
      type: 'domain.renewal_requested',
      subjectType: 'domain',
      subjectUid: domain.uid,
      data: {
        name: domain.name,
        years: renewal.years,
        renewal_date: renewal.expiresBefore.toISOString(),
        reason: null,
      },
      occurredAt: now,
    },
  ]);
};
