// What lemlist serves, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'lemlist',
  title: 'lemlist',
  credentials: [{ name: 'api_key', label: 'API key of a team', secret: true, required: true }],
  roles: {
    sequencer: {
      pace: { calls: 20, perMs: 2_000 },
      claims: [
        { ability: 'Set the daily limit', can: true },
        { ability: 'Set up and switch warm-up', can: true, note: 'by lemwarm' },
        {
          ability: 'Take another password for a mailbox it has',
          can: true,
          note: 'the mailbox is disconnected and connected again: campaigns have to be given it anew',
        },
        { ability: 'Remove a mailbox', can: true },
        {
          ability: 'Mailboxes at smtp.gmail.com',
          can: false,
          because: 'it refuses Gmail over SMTP and IMAP and takes it by OAuth only',
        },
      ],
    },
  },
};
