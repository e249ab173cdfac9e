// PUT /billing/invoice-buyer: says whom invoices are made out to.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { oneLine } from '../../http/one-line.ts';
import { teamTaxSet } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { buyerShape, buyerView } from './buyer.ts';
import { buyerSet } from './store.ts';

const line = (maxLength: number) =>
  z.string().trim().min(1).max(maxLength).regex(oneLine, {
    error: 'must be one line, without control or text direction characters',
  });

export const setBuyer = defineEndpoint<FeatureContext>()({
  operation: 'invoices.set-buyer',
  summary: 'Set invoice buyer',
  description:
    'Whom the next invoices of the team are made out to, as a whole: what is left out is taken away. Invoices that are ' +
    'issued keep theirs.',
  method: 'PUT',
  path: '/billing/invoice-buyer',
  scope: 'team',
  body: z.strictObject({
    name: line(200),
    address_lines: orAbsent(z.array(line(100)).max(8)),
    tax_number: orAbsent(line(60)),
    email: orAbsent(z.email().max(254)),
    country: orAbsent(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code of two capitals')).meta({
      description: 'ISO 3166-1 alpha-2. What is bought from now on is taxed as the price book says for it',
    }),
  }),
  response: z.object({ buyer: buyerShape }),
  examples: {
    body: {
      name: 'Northpeak Ltd',
      address_lines: ['12 Quay Street', 'Galway H91 X2Y3', 'Ireland'],
      tax_number: 'IE6388047V',
      email: 'accounts@northpeak.com',
      country: 'IE',
    },
  },
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const buyer = {
        name: body.name,
        addressLines: body.address_lines ?? [],
        taxNumber: body.tax_number ?? null,
        email: body.email ?? null,
        country: body.country ?? null,
        updatedAt: clock.now(),
      };
      await buyerSet(tx, caller.teamId, buyer);
      await teamTaxSet(tx, caller.teamId, { country: buyer.country }, buyer.updatedAt);
      return { message: 'Invoice buyer updated successfully', buyer: buyerView(buyer) };
    }),
});
