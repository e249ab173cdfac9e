// Whom a team wants its invoices made out to.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { teamName } from '../accounts/index.ts';
import { teamTax } from '../billing/index.ts';
import { buyerOfTeam } from './store.ts';

export type Buyer = {
  name: string;
  addressLines: string[];
  taxNumber: string | null;
  email: string | null;
  /** ISO 3166-1 alpha-2: whose taxes count. */
  country: string | null;
  /** Null when the team never said, and is called by its name. */
  updatedAt: Date | null;
};

export const buyerOf = async (db: Db, teamUid: string): Promise<Buyer> => {
  const said = (await buyerOfTeam(db, teamUid)) ?? {
    name: await teamName(db, teamUid),
    addressLines: [],
    taxNumber: null,
    email: null,
    updatedAt: null,
  };
  return { ...said, country: (await teamTax(db, teamUid)).country };
};

/** As it stands on an invoice, in lines. */
export const buyerText = ({ name, addressLines, taxNumber, email }: Buyer): string =>
  [name, ...addressLines, taxNumber && `Tax number: ${taxNumber}`, email].filter(Boolean).join('\n');

export const buyerShape = z
  .object({
    name: z.string(),
    address_lines: z.array(z.string()),
    tax_number: z.string().nullable(),
    email: z.string().nullable(),
    country: z.string().nullable(),
    updatedAt: z.iso.datetime().nullable().meta({
      description: 'Null when nothing was set: invoices then bear the name of the team',
    }),
  })
  .meta({ id: 'InvoiceBuyer' });

export const buyerView = (buyer: Buyer): z.infer<typeof buyerShape> => ({
  name: buyer.name,
  address_lines: buyer.addressLines,
  tax_number: buyer.taxNumber,
  email: buyer.email,
  country: buyer.country,
  updatedAt: buyer.updatedAt?.toISOString() ?? null,
});
