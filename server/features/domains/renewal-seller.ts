// Renewals as something that can be quoted: the same purchase as `domains.renew`, and its rules.
import type { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { lockFunds, withTax } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import type { PriceBook } from '../price-book/index.ts';
import type { Seller } from '../quotes/index.ts';
import { renewalLine } from './renewal.ts';
import { assertRenewable, priceRenewals, requestRenewals } from './renewal-request.ts';
import { registrationYears } from './schema.ts';
import { domainsMeant, lockDomains, ofDomains } from './settings.ts';

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
    price: () => withTax(context.db, teamUid, book.version, lines),
    async buy(tx: Tx, now: Date) {
      await lockFunds(tx, teamUid);
      assertRenewable(await lockDomains(tx, workspaceUid, asked));
      const by = { keyUid, priceVersion: book.version };
      const charged = await requestRenewals(tx, context, renewals, by, now);
      return { lines: charged, bought: { domainUids: renewals.map(({ domain }) => domain.uid) } };
    },
  };
};

export const renewalSeller: Seller<typeof body> = { body, prepare: prepareRenewals };
