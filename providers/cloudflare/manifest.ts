// What Cloudflare serves here, what it cannot, and what it must be given.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'cloudflare',
  title: 'Cloudflare',
  // One of the two: a token, or the global key with the e-mail address of its user.
  credentials: [
    {
      name: 'api_token',
      label: 'API token with Zone:Read and DNS:Edit on the zones to connect',
      secret: true,
      required: false,
    },
    { name: 'email', label: 'E-mail address of the global key’s user', secret: false, required: false },
    {
      name: 'global_api_key',
      label: 'Global API key; opens the whole account, so that a token is the better choice',
      secret: true,
      required: false,
    },
  ],
  roles: {
    'dns-host': {
      claims: [
        { ability: 'Keep our records beside those of the zone’s owner, without touching theirs', can: true },
        {
          ability: 'Change a zone of up to 200 changes at once',
          can: true,
          note: 'one transaction; its nameservers learn of each record by itself',
        },
        { ability: 'Wildcards and delegations below the apex', can: true },
        {
          ability: 'Make and remove zones',
          can: false,
          because: 'zones lie in the account of their owner, who makes and removes them there',
        },
        {
          ability: 'TTLs below a minute or above a day',
          can: false,
          because: 'it takes 60 to 86400 seconds',
        },
        {
          ability: 'Record types without a text form of their own here (RFC 3597)',
          can: false,
          because: 'its interface has a form of its own for each, and none for raw bytes',
        },
      ],
    },
    'zone-account': {
      claims: [
        { ability: 'List every zone that a credential reaches', can: true },
        { ability: 'Tell whether a zone is delegated', can: true, note: 'its zone status is `active` then' },
      ],
    },
  },
};
