// What Saleshandy serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'saleshandy',
  title: 'Saleshandy',
  credentials: [
    { name: 'api_key', label: 'API key, from a plan that has the API', secret: true, required: true },
  ],
  roles: {
    sequencer: {
      pace: { calls: 20, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true, note: 'as the mailbox is connected, and not later' },
        { ability: 'Set up and switch warm-up', can: false, because: 'its API does not reach warm-up' },
        { ability: 'Take another password for a mailbox it has', can: true, note: 'connecting it again' },
        {
          ability: 'Remove a mailbox',
          can: false,
          because: 'its API removes none; people do in its settings',
        },
      ],
    },
  },
};
