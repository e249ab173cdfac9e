// What Reply.io serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'reply-io',
  title: 'Reply.io',
  credentials: [{ name: 'api_key', label: 'API key of a team', secret: true, required: true }],
  roles: {
    sequencer: {
      pace: { calls: 100, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        {
          ability: 'Set up and switch warm-up',
          can: false,
          because: 'its API has a ramp for what is sent, which is set here, and none for warm-up',
        },
        { ability: 'Take another password for a mailbox it has', can: true },
        { ability: 'Remove a mailbox', can: true },
      ],
    },
  },
};
