// What the built-in vendor serves and what it cannot: everything runs in this installation, so it needs no
// credentials and reaches nobody outside.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'builtin',
  title: 'Built-in',
  credentials: [],
  roles: {
    registrar: {
      claims: [
        { ability: 'Quote and register names at once', can: true },
        { ability: 'Look up a registration whose answer was lost', can: true },
        { ability: 'Change nameservers', can: true },
        { ability: 'Renew names, and look up a renewal whose answer was lost', can: true },
        {
          ability: 'Register names the world can resolve',
          can: false,
          because: 'its registry lives in this installation; only nameservers asked directly know its names',
        },
        {
          ability: 'Premium names',
          can: false,
          because: 'its price table knows one price per top-level domain',
        },
      ],
    },
    'dns-host': {
      claims: [
        { ability: 'Publish a change within a second', can: true },
        {
          ability: 'Change a whole zone at once',
          can: true,
          note: 'no reader sees half of a change',
        },
        { ability: 'Wildcards and delegations below the apex', can: true },
        {
          ability: 'NS records at the apex of your own choice',
          can: false,
          because: "the apex NS records are the host's own and follow its configuration",
        },
        {
          ability: 'Answer the public internet without further setup',
          can: false,
          because: 'it listens on loopback until it is given a public address',
        },
      ],
    },
    payments: {
      claims: [
        { ability: 'A checkout page where a person pays, fails or cancels', can: true },
        { ability: 'Charge a stored test card without the customer', can: true },
        { ability: 'Signed notices, sent until they are received', can: true },
        { ability: 'Refunds and disputes', can: true, note: 'by the buttons of its portal page' },
        {
          ability: 'Real money',
          can: false,
          because: 'its bank lives in this installation; only a vendor outside can take money',
        },
      ],
    },
    'consent-flow': {
      claims: [
        { ability: 'Sign in as a mailbox with password and one-time code, and agree to a client', can: true },
        {
          ability: 'Answer questions that only a person can',
          can: false,
          because: 'its pages ask none: who has password and code is let in',
        },
      ],
    },
    'mailbox-host': {
      claims: [
        { ability: 'Mailboxes that send over SMTP and are read over IMAP', can: true },
        { ability: 'Sign mail with RSA-2048 and Ed25519 DKIM keys', can: true },
        { ability: 'Change DKIM keys without an unsigned moment', can: true },
        { ability: 'Serve orders of every platform', can: true, note: 'on its own hosts and ports' },
        {
          ability: 'The web interface and the reputation of Google or Microsoft',
          can: false,
          because: 'its mailboxes live in this installation, whatever platform was ordered',
        },
      ],
    },
  },
};
