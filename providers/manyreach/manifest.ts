// What ManyReach serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'manyreach',
  title: 'ManyReach',
  credentials: [{ name: 'api_key', label: 'API key', secret: true, required: true }],
  roles: {
    sequencer: {
      pace: { calls: 60, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        { ability: 'Set up and switch warm-up', can: true },
        { ability: 'Take another password for a mailbox it has', can: true },
        { ability: 'Remove a mailbox', can: true },
      ],
    },
  },
};
