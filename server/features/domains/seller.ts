// Registrations as something that can be quoted: the same purchase as `domains.register`.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { lockFunds, reserveCharges, withTax } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Seller } from '../quotes/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { checkoutInsert } from './checkout.ts';
import { domainLine, insertDomains, priceDomains } from './purchase.ts';
import { register, registerId } from './register.workflow.ts';
import { contactDetails, forwardingUrl, registrationYears } from './schema.ts';
import { mailTarget } from './settings.ts';

/** What a purchase of names says. */
export const registrationFields = {
  domains: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(260),
        registration_years: registrationYears.default(1),
      }),
    )
    .min(1)
    .max(100),
  contact_details: contactDetails,
  dmarc_email: orAbsent(mailTarget),
  catch_all_email: orAbsent(mailTarget).meta({
    description: 'Gets the mail of addresses that do not exist',
  }),
  domain_forwarding_url: orAbsent(forwardingUrl),
};

const body = z.strictObject(registrationFields);

/** The names that are asked for, and the purchase of them. */
export const prepareRegistrations = async (
  context: FeatureContext,
  { teamUid, workspaceUid, keyUid }: { teamUid: string; workspaceUid: string; keyUid: string },
  asked: z.output<typeof body>,
  book: PriceBook,
) => {
  const scope = { teamUid, workspaceUid };
  const priced = await priceDomains(
    context,
    scope,
    asked.domains.map(({ name, registration_years }) => ({
      name,
      years: registration_years,
      contact: asked.contact_details,
      dmarcEmail: asked.dmarc_email ?? null,
      catchAllEmail: asked.catch_all_email ?? null,
      forwardingUrl: asked.domain_forwarding_url || null,
    })),
    book,
  );
  return {
    price: () =>
      withTax(
        context.db,
        teamUid,
        book.version,
        priced.map((wish) => domainLine({ uid: '', ...wish })),
      ),
    async buy(tx: Tx, now: Date) {
      await holdWorkspace(tx, workspaceUid);
      await lockFunds(tx, teamUid);
      const domains = await insertDomains(tx, scope, priced, now);
      const lines = await reserveCharges(tx, {
        ...scope,
        reference: { type: 'domain', uid: domains[0]!.uid },
        description: domains.length === 1 ? domains[0]!.name : `${domains.length} domains`,
        lines: domains.map((domain) => domainLine({ ...domain, years: domain.registrationYears })),
        keyUid,
        priceVersion: book.version,
        now,
      });
      for (const { uid } of domains) {
        await context.workflows.start(tx, register, registerId(uid), { domainUid: uid, platform: null });
      }
      return { lines, bought: { domainUids: domains.map(({ uid }) => uid) } };
    },
    /** Holds the names until the checkout of this payment ends; nothing is reserved. */
    async hold(tx: Tx, paymentUid: string, now: Date): Promise<string[]> {
      await holdWorkspace(tx, workspaceUid);
      const domains = await insertDomains(tx, scope, priced, now, 'cart');
      await checkoutInsert(tx, paymentUid, domains, { keyUid, priceVersion: book.version });
      return domains.map(({ uid }) => uid);
    },
  };
};

export const registrationSeller: Seller<typeof body> = { body, prepare: prepareRegistrations };
