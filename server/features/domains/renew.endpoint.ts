// POST /domains/renew: renews bought domains from the wallet; the rest happens in the workflow `domains.renew`.
import { z } from 'zod';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertAffordable,
  bill,
  checkCaps,
  insufficientFunds,
  lockFunds,
  reserveCharges,
  spendCapExceeded,
  totalOf,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { currentPrices, type PriceBook } from '../price-book/index.ts';
import type { Domain } from './domain.ts';
import {
  domainNotFound,
  domainNotRenewable,
  domainWasConnected,
  renewalInProgress,
  renewalTooLong,
} from './errors.ts';
import { quoteNames } from './quote.ts';
import { renew, renewId } from './renew.workflow.ts';
import { type Renewal, renewalInsert, renewalLine } from './renewal.ts';
import { priceLine, registrationYears } from './schema.ts';
import { domainsMeant, lockDomains, ofDomains } from './settings.ts';
import { domainUpdate } from './store.ts';

/** The longest a name can be held ahead: gTLD registries renew to ten years from now at most. */
const MOST_YEARS = 10;

export const renewDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.renew',
  summary: 'Request domain renewal',
  description:
    'Renews all of the named domains or none, each from when it runs out now. The price is set aside at once and charged ' +
    'just before each renewal; one that fails for good is credited back by itself. With `dry_run: true` it only answers ' +
    'the price, line by line. Domains that were connected are renewed where they were bought.',
  method: 'POST',
  path: '/domains/renew',
  scope: 'workspace',
  body: ofDomains({ years: registrationYears.default(1), dry_run: z.boolean().default(false) }),
  response: z.object({
    dry_run: z.boolean(),
    total_cost: z.number(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
    domains: z.array(
      z
        .object({
          _id: z.uuid(),
          uid: z.uuid(),
          name: z.string(),
          years: z.int(),
          renewal_date: z.iso.datetime().meta({ description: 'When it runs out before the renewal' }),
        })
        .meta({ id: 'DomainRenewalRequest' }),
    ),
  }),
  errors: [
    insufficientFunds,
    spendCapExceeded,
    domainNotFound,
    domainWasConnected,
    domainNotRenewable,
    renewalInProgress,
    renewalTooLong,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock, workflows } = context;
    const meant = await domainsMeant(db, workspace.uid, body);
    const book = await currentPrices(db);
    const renewals = await priceRenewals(context, meant, body.years, book);
    const lines = renewals.map(({ renewal, domain }) => renewalLine(renewal, domain.name));
    const domains = renewals.map(({ domain, renewal }) => ({
      _id: domain.uid,
      uid: domain.uid,
      name: domain.name,
      years: body.years,
      renewal_date: renewal.expiresBefore.toISOString(),
    }));
    const billed = async (on: Db) =>
      bill(lines, await walletMicros(on, caller.teamId), { dryRun: body.dry_run });
    if (body.dry_run) {
      const totalMicros = totalOf(lines);
      assertAffordable(await walletMicros(db, caller.teamId), totalMicros, 'domain_renewal');
      const [teamUid, workspaceUid, keyUid] = [caller.teamId, workspace.uid, caller.keyId];
      await checkCaps(db, { teamUid, workspaceUid, keyUid, totalMicros, now: clock.now() });
      return { message: 'Nothing was renewed: this is what it would cost', ...(await billed(db)), domains };
    }

    return commit(async (tx) => {
      const now = clock.now();
      await lockFunds(tx, caller.teamId);
      assertRenewable(await lockDomains(tx, workspace.uid, body));
      for (const { renewal, domain } of renewals) await request(tx, renewal, domain, now);
      await reserveCharges(tx, {
        teamUid: caller.teamId,
        workspaceUid: workspace.uid,
        reference: { type: 'domain_renewal', uid: renewals[0]!.renewal.uid },
        description: renewals.length === 1 ? lines[0]!.description : `Renewal of ${renewals.length} domains`,
        lines,
        keyUid: caller.keyId,
        priceVersion: book.version,
        now,
      });
      for (const { renewal } of renewals) {
        await workflows.start(tx, renew, renewId(renewal.uid), { renewalUid: renewal.uid });
      }
      return { message: 'Domains renewal initiated successfully', ...(await billed(tx)), domains };
    });
  },
});

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
