// What Snov.io serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'snovio',
  title: 'Snov.io',
  credentials: [
    { name: 'api_user', label: 'API User ID', secret: false, required: true },
    { name: 'api_secret', label: 'API Secret', secret: true, required: true },
  ],
  roles: {
    sequencer: {
      pace: { calls: 60, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        { ability: 'Set up and switch warm-up', can: true },
        { ability: 'Take another password for a mailbox it has', can: true },
        {
          ability: 'Remove a mailbox',
          can: false,
          because: 'its API removes none; people do in its settings',
        },
      ],
    },
  },
};
