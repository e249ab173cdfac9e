// The tax of a team as the API shows it.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { currentPrices } from '../price-book/index.ts';
import { taxRateOf, teamTax } from './tax.ts';

export const teamTaxShape = z
  .object({
    country: z.string().nullable().meta({ description: 'Of the team, from its invoice buyer' }),
    own_percent: z
      .number()
      .nullable()
      .meta({ description: 'What an operator set in place of the rate of its country' }),
    note: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'Null where nothing is taxed' }),
    percent: z.number().meta({ description: 'What counts now' }),
  })
  .meta({ id: 'TeamTax' });

export const teamTaxView = async (db: Db, teamUid: string): Promise<z.infer<typeof teamTaxShape>> => {
  const { country, percent, note } = await teamTax(db, teamUid);
  const rate = await taxRateOf(db, teamUid, (await currentPrices(db)).version);
  return { country, own_percent: percent, note, name: rate?.name ?? null, percent: rate?.percent ?? 0 };
};
