// The credential as clients of this DNS host send it, and the shapes that several operations share.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import type { Domain } from '../domains/index.ts';
import type { GivenCredential, ZoneCredential } from '../zone-accounts/index.ts';
import { VENDOR } from './vendor.ts';

const secret = z.string().trim().min(1).max(500);

export const authTypes = ['api_token', 'global_api_key'] as const;

/** Fields of a body that carries a credential. */
export const credentialFields = {
  auth_type: z.enum(authTypes).meta({
    description:
      '`api_token`: a token with Zone:Read and DNS:Edit on the zones, the better choice. `global_api_key`: opens the whole account.',
  }),
  api_token: orAbsent(secret).meta({
    description: 'The token; with `global_api_key` as `auth_type`, the key may be sent here as well',
    example: 'cf_0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  }),
  global_api_key: orAbsent(secret),
  email: orAbsent(z.email().max(254)).meta({ description: 'Of the user whose global key it is' }),
};

type CredentialBody = {
  auth_type: (typeof authTypes)[number];
  api_token?: string;
  global_api_key?: string;
  email?: string;
};

/** Every field of a credential that is missing, as `[path, message]`. */
export const missingFields = (body: CredentialBody): [string, string][] => {
  if (body.auth_type === 'api_token') {
    return body.api_token ? [] : [['api_token', 'api_token is required']];
  }
  return [
    ...((body.global_api_key ?? body.api_token)
      ? []
      : [['global_api_key', 'global_api_key is required'] as [string, string]]),
    ...(body.email
      ? []
      : [['email', 'email is required: a global key goes with the address of its user'] as [string, string]]),
  ];
};

/** The values by the names of the vendor's manifest. */
export const credentialOf = (body: CredentialBody): GivenCredential => {
  const key = body.auth_type === 'api_token' ? body.api_token! : (body.global_api_key ?? body.api_token)!;
  return {
    vendor: VENDOR,
    kind: body.auth_type,
    secret: key,
    values: body.auth_type === 'api_token' ? { api_token: key } : { global_api_key: key, email: body.email! },
  };
};

export const credentialShape = z
  .object({
    uid: z.uuid(),
    auth_type: z.string(),
    label: z.string().nullable(),
    hint: z.string().meta({ description: 'The end of the secret; nothing more of it is ever shown' }),
    accounts: z.array(z.object({ id: z.string(), name: z.string() })),
    status: z.enum(['active', 'invalid']),
    status_reason: z.string().nullable(),
    status_since: z.iso.datetime(),
    checked_at: z.iso.datetime(),
    domains: z.array(z.string()).meta({ description: 'Domains of the workspace that are reached with it' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ZoneCredential' });

export const credentialRow = (credential: ZoneCredential, domains: string[]) => ({
  uid: credential.uid,
  auth_type: credential.kind,
  label: credential.label,
  hint: credential.hint,
  accounts: credential.accounts,
  status: credential.status,
  status_reason: credential.statusReason,
  status_since: credential.statusSince.toISOString(),
  checked_at: credential.checkedAt.toISOString(),
  domains,
  createdAt: credential.createdAt.toISOString(),
});

/** Whether a domain is one of this noun's. */
export const isOurs = ({ connectionMode }: Pick<Domain, 'connectionMode'>): boolean =>
  connectionMode === VENDOR;
