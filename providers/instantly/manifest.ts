// What Instantly serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'instantly',
  title: 'Instantly',
  credentials: [
    {
      name: 'api_key',
      label: 'API v2 key with the scopes accounts:create, accounts:read, accounts:update and accounts:delete',
      secret: true,
      required: true,
    },
  ],
  roles: {
    sequencer: {
      pace: { calls: 100, perMs: 10_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        {
          ability: 'Set up and switch warm-up',
          can: true,
          note: 'switching is a job that ends a moment later',
        },
        { ability: 'Take another password for a mailbox it has', can: true, note: 'adding it again' },
        { ability: 'Remove a mailbox', can: true },
      ],
    },
  },
};
