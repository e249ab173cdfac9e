// What Stripe serves here, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'stripe',
  title: 'Stripe',
  credentials: [
    { name: 'secret_key', label: 'Secret key (sk_…)', secret: true, required: true },
    {
      name: 'webhook_secret',
      label: 'Signing secret of the webhook endpoint (whsec_…)',
      secret: true,
      required: true,
    },
  ],
  roles: {
    payments: {
      claims: [
        { ability: 'A checkout page where a person pays with a card', can: true },
        { ability: 'Charge a stored card without the customer', can: true },
        { ability: 'Find a payment whose answer was lost', can: true, note: 'by its metadata, at once' },
        { ability: 'Refunds and disputes', can: true, note: 'made in its dashboard and told by webhook' },
        {
          ability: 'Currencies other than USD',
          can: false,
          because: 'a credit is a US dollar; a payment in another currency is held for the operator',
        },
      ],
    },
  },
};
