// GET /cloudflare-domains/zones: the zones of every account behind a stored credential.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { lookAtAccounts } from '../hosted-domains/index.ts';
import { credentialsOfWorkspace, noZoneCredentials } from '../zone-accounts/index.ts';
import { TITLE, VENDOR } from './vendor.ts';

export const listZones = defineEndpoint<FeatureContext>()({
  operation: 'cloudflare-domains.zones',
  summary: 'List Cloudflare zones',
  description:
    'Asks Cloudflare with every stored credential. An account that cannot be asked is told in `accounts` and holds up no ' +
    'other; of it, the zones that are connected are listed.',
  method: 'GET',
  path: '/cloudflare-domains/zones',
  scope: 'workspace',
  query: z.strictObject({
    credential_uid: z.uuid().optional().meta({ description: 'Only the zones that this credential reaches' }),
  }),
  response: z.object({
    zones: z.array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          status: z.enum(['active', 'pending']),
          nameservers: z.array(z.string()),
          account: z.string(),
          credential_uid: z.uuid(),
          already_connected: z.boolean(),
          reconnectable: z
            .boolean()
            .meta({ description: 'Connected, and its credential no longer works: connect it again' }),
          domain_uid: z.uuid().nullable(),
        })
        .meta({ id: 'AccountZone' }),
    ),
    accounts: z.array(z.object({ credential_uid: z.uuid(), zones: z.int(), error: z.string().nullable() })),
    total: z.int(),
  }),
  errors: [noZoneCredentials],
  async handle({ query, workspace }, context) {
    const stored = await credentialsOfWorkspace(context.db, workspace.uid, VENDOR);
    const asked = stored.filter(
      ({ uid }) => query.credential_uid === undefined || uid === query.credential_uid,
    );
    if (asked.length === 0) {
      throw noZoneCredentials(
        `No ${TITLE} credentials found. Use the /connect endpoint first to save credentials.`,
      );
    }
    const accounts = await lookAtAccounts(context, workspace.uid, asked);
    const zones = new Map(accounts.flatMap((account) => account.zones.map((seen) => [seen.zone.id, seen])));
    return {
      message: 'Zones retrieved successfully',
      zones: [...zones.values()].map(({ zone, credentialUid, domain, reconnectable }) => ({
        id: zone.id,
        name: zone.name,
        status: zone.delegated ? ('active' as const) : ('pending' as const),
        nameservers: zone.nameservers,
        account: zone.account.name,
        credential_uid: credentialUid,
        already_connected: domain !== null,
        reconnectable,
        domain_uid: domain?.uid ?? null,
      })),
      accounts: accounts.map(({ credential, zones: some, error }) => ({
        credential_uid: credential.uid,
        zones: some.length,
        error,
      })),
      total: zones.size,
    };
  },
});
