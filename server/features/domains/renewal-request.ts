// Asking for the renewal of domains: whether it can be had, what it costs, and the transaction that begins it.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { type ChargeLine, reserveCharges } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Domain } from './domain.ts';
import { domainNotRenewable, domainWasConnected, renewalInProgress, renewalTooLong } from './errors.ts';
import { namePrices, quoteNames } from './quote.ts';
import { renew, renewId } from './renew.workflow.ts';
import { type Renewal, renewalInsert, renewalLine } from './renewal.ts';
import { domainUpdate } from './store.ts';

/** The longest a name can be held ahead: gTLD registries renew to ten years from now at most. */
const MOST_YEARS = 10;

export type PricedRenewal = { domain: Domain; renewal: Renewal };

const namesOf = (domains: readonly Domain[]) => ({ domains: domains.map(({ name }) => name) });

/** Throws for the first reason for which one of the domains cannot be renewed now, and names all it is true of. */
export const assertRenewable = (domains: readonly Domain[]): void => {
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
export const priceRenewals = async (
  { db, clock, providers }: FeatureContext,
  domains: readonly Domain[],
  years: number,
  book: PriceBook,
): Promise<PricedRenewal[]> => {
  assertRenewable(domains);
  const now = clock.now();
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
  const priced = [];
  for (const domain of domains) {
    const registrar = providers.registrar({ workspaceId: domain.workspaceUid, domain: domain.name });
    const registration = await registrar.findRegistration({ name: domain.name });
    const prices = await namePrices(db, domain.teamUid, book);
    const [quote] = await quoteNames(registrar, prices, [domain.name]);
    if (!registration?.expiresAt || !quote || !prices.tlds.has(domain.tld)) {
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

/**
 * Sets the price aside, all or nothing, asks for the workflows, and answers the lines with their tax. The caller holds `lockFunds` and the domains.
 *
 * @throws ApiError `insufficient_funds`, or that one of them is being renewed already
 */
export const requestRenewals = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  renewals: readonly PricedRenewal[],
  /** The key that asks, null for what happens by itself; and the price book it was priced from. */
  asked: { keyUid: string | null; priceVersion: number },
  now: Date,
): Promise<ChargeLine[]> => {
  const { teamUid, workspaceUid, uid } = renewals[0]!.renewal;
  const lines = renewals.map(({ renewal, domain }) => renewalLine(renewal, domain.name));
  for (const { renewal, domain } of renewals) await request(tx, renewal, domain, now);
  const charged = await reserveCharges(tx, {
    teamUid,
    workspaceUid,
    reference: { type: 'domain_renewal', uid },
    description: renewals.length === 1 ? lines[0]!.description : `Renewal of ${renewals.length} domains`,
    lines,
    ...asked,
    now,
  });
  for (const { renewal } of renewals) {
    await workflows.start(tx, renew, renewId(renewal.uid), { renewalUid: renewal.uid });
  }
  return charged;
};
