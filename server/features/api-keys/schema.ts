// The shapes that the key endpoints share.
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { rights } from '../../http/rights.ts';
import type { ApiKey } from '../accounts/index.ts';

export const keyName = z.string().trim().min(1).max(120).meta({ example: 'Reporting' });

export const keyScopes = z
  .array(z.enum(rights))
  .min(1)
  .meta({
    description:
      '`read` looks, `write` changes, `purchase` spends, `secrets` sees and sets passwords, `admin` decides about keys, ' +
      'workspaces and the plan. None includes another.',
  });

/** PostgreSQL takes no network whose host part is not zero, so that is refused here, with the field. */
const isNetwork = (text: string): boolean => {
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined) return false;
  const prefix = Number(length ?? bits);
  return prefix <= bits && hostPartIsZero(address, prefix);
};

const hostPartIsZero = (address: string, prefix: number): boolean => {
  const bytes = isIP(address) === 4 ? address.split('.').map(Number) : bytesOfIpv6(address);
  return bytes.every((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return (byte & (0xff >> kept)) === 0;
  });
};

const bytesOfIpv6 = (address: string): number[] => {
  // The URL parser writes an address in its shortest form, without an embedded IPv4 address.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const zeros = Array(8 - groups(head).length - groups(tail).length).fill('0');
  return [...groups(head), ...(tail === undefined ? [] : zeros), ...groups(tail)].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
};

export const allowedNetworks = z
  .array(
    z.string().refine(isNetwork, {
      error:
        'allowed_networks must hold addresses or networks such as 203.0.113.0/24, without bits behind the prefix',
    }),
  )
  .min(1)
  .max(100)
  .meta({ description: 'From where it may be used; left out or null: from anywhere.' });

export const keyShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    test: z.boolean().meta({ description: 'Whether it acts in the sandbox of the team' }),
    scopes: z.array(z.enum(rights)),
    workspace_uids: z.array(z.uuid()).nullable(),
    domain_uids: z.array(z.uuid()).nullable().meta({ description: 'Null: every domain of its workspaces' }),
    allowed_networks: z.array(z.string()).nullable(),
    operator: z.boolean().meta({ description: 'Whether its holder runs the installation.' }),
    status: z.enum(['active', 'ending', 'revoked', 'expired']),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable().meta({ description: 'From when on it is refused.' }),
    replaced_by: z.uuid().nullable(),
    last_used_at: z.iso.datetime().nullable().meta({ description: 'To the minute.' }),
    last_used_from: z.string().nullable(),
    spend_caps: z
      .array(
        z.object({
          period: z.enum(['day', 'month']),
          limit_credits: z.number(),
          spent_credits: z.number(),
          remaining_credits: z.number(),
          resets_at: z.iso.datetime(),
        }),
      )
      .meta({ description: 'Of the key, with what is spent in the day or month that runs' }),
  })
  .meta({ id: 'ApiKey' });

const statusOf = ({ revokedAt, expiresAt }: ApiKey, now: Date) => {
  if (revokedAt && revokedAt <= now) return 'revoked' as const;
  if (expiresAt && expiresAt <= now) return 'expired' as const;
  return revokedAt ? ('ending' as const) : ('active' as const);
};

/** In which workspace of the team each of these domains is; what the team does not have now is left out. Handed in as well. */
export type ReadWorkspacesOfDomains = (
  db: Db,
  teamUid: string,
  domainUids: readonly string[],
) => Promise<ReadonlyMap<string, string>>;

/** What billing knows of a key: the caps that hold for it. Handed in, because billing comes later in the order of features. */
export type ReadKeyCaps = (
  db: Db,
  teamUid: string,
  keyUid: string,
  now: Date,
) => Promise<
  {
    period: 'day' | 'month';
    limit_credits: number;
    spent_credits: number;
    remaining_credits: number;
    resets_at: string;
  }[]
>;

/** The key as the API shows it. */
export const keyView = async (db: Db, readCaps: ReadKeyCaps, key: ApiKey, now: Date) => ({
  ...keyRow(key, now),
  spend_caps: (await readCaps(db, key.teamUid, key.uid, now)).map(
    ({ period, limit_credits, spent_credits, remaining_credits, resets_at }) => ({
      period,
      limit_credits,
      spent_credits,
      remaining_credits,
      resets_at,
    }),
  ),
});

const keyRow = (key: ApiKey, now: Date) => ({
  uid: key.uid,
  id: key.uid,
  name: key.name,
  test: key.test,
  scopes: [...key.scopes],
  workspace_uids: key.workspaceUids && [...key.workspaceUids],
  domain_uids: key.domainUids && [...key.domainUids],
  allowed_networks: key.allowedNetworks && [...key.allowedNetworks],
  operator: key.operator,
  status: statusOf(key, now),
  created_at: key.createdAt.toISOString(),
  expires_at: key.expiresAt?.toISOString() ?? null,
  revoked_at: key.revokedAt?.toISOString() ?? null,
  replaced_by: key.replacedBy,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  last_used_from: key.lastUsedFrom,
});

export const isOver = (key: ApiKey, now: Date): boolean =>
  ['revoked', 'expired'].includes(statusOf(key, now));
