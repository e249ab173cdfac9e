// What files of mailboxes serve, and what they cannot.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'csv',
  title: 'CSV file',
  credentials: [],
  roles: {
    'sequencer-file': {
      claims: [
        { ability: 'Hand mailboxes to any program that imports CSV', can: true },
        { ability: 'Set limits and warm-up', can: true, note: 'in forms that have columns for them' },
        {
          ability: 'Tell whether a mailbox is connected',
          can: false,
          because: 'nobody sees what became of a file',
        },
      ],
    },
  },
};
