// What Salesforge serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'salesforge',
  title: 'Salesforge',
  credentials: [
    { name: 'api_key', label: 'API key, from the plan Growth on', secret: true, required: true },
    { name: 'workspace', label: 'Id of the workspace', secret: false, required: true },
  ],
  roles: {
    sequencer: {
      pace: { calls: 60, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true, note: 'at most 100' },
        {
          ability: 'Set up and switch warm-up',
          can: false,
          because: 'warm-up is another program, Warmforge, with a key of its own',
        },
        { ability: 'Take another password for a mailbox it has', can: true, note: 'in place' },
        { ability: 'Remove a mailbox', can: true },
      ],
    },
  },
};
