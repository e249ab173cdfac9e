// What Woodpecker serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'woodpecker',
  title: 'Woodpecker',
  credentials: [
    { name: 'api_key', label: 'API key, from the add-on for API and webhooks', secret: true, required: true },
  ],
  roles: {
    sequencer: {
      pace: { calls: 100, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true, note: 'as the mailbox is connected, and not later' },
        {
          ability: 'Set up and switch warm-up',
          can: false,
          because: 'its API shows warm-up and does not set it',
        },
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
