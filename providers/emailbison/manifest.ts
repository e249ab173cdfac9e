// What EmailBison serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'emailbison',
  title: 'EmailBison',
  credentials: [
    {
      name: 'api_key',
      label: 'API key of the kind `api-user`, of one workspace',
      secret: true,
      required: true,
    },
    {
      name: 'instance',
      label:
        'Address of the instance, such as https://send.northpeak.example; without one, the shared instance',
      secret: false,
      required: false,
    },
  ],
  roles: {
    sequencer: {
      pace: { calls: 60, perMs: 60_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        { ability: 'Set up and switch warm-up', can: true, note: 'its limit and whether it runs' },
        {
          ability: 'Take another password for a mailbox it has',
          can: true,
          note: 'the mailbox is removed and added again, because credentials cannot be changed: campaigns have to be given it anew',
        },
        { ability: 'Remove a mailbox', can: true },
      ],
    },
  },
};
