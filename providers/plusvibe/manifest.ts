// What PlusVibe serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'plusvibe',
  title: 'PlusVibe',
  credentials: [
    { name: 'api_key', label: 'API key', secret: true, required: true },
    { name: 'workspace', label: 'Id of the workspace', secret: false, required: true },
  ],
  roles: {
    sequencer: {
      pace: { calls: 5, perMs: 1_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        {
          ability: 'Set up and switch warm-up',
          can: true,
          note: 'set up as the mailbox is added, switched later',
        },
        { ability: 'Take another password for a mailbox it has', can: true, note: 'adding it again' },
        { ability: 'Remove a mailbox', can: true },
      ],
    },
  },
};
