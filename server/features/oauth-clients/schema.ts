// How clients are sent and shown.
import { z } from 'zod';
import { isApproved, type OauthClient } from './oauth-client.ts';

/** What clients of this installation's identity plane may ask for. */
export const identityScopes = ['openid', 'email', 'profile', 'mail', 'offline_access'] as const;

export const clientName = z.string().trim().min(1).max(100).meta({ example: 'Outreach Desk' });

/** RFC 6749 appendix A.1: printable ASCII. */
export const clientId = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,255}$/, 'client_id must be 1 to 255 printable characters without blanks');

const isRedirect = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') return false;
  // RFC 8252 §7: on somebody's own machine a program waits at a loopback address, or at a scheme of its own name.
  if (url.protocol === 'http:') return /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname);
  return url.protocol === 'https:' || /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
};

export const redirectUri = z
  .string()
  .max(2048)
  .refine(
    isRedirect,
    'must be an https address without a fragment, an http address of the own machine (127.0.0.1, [::1], localhost), or an address such as com.example.app:/done',
  );

export const allowedHost = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    // A name of one label, as of a machine in one's own network, begins with a letter (RFC 952).
    /^((\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|[a-z]([a-z0-9-]{0,61}[a-z0-9])?)$/,
    'must be a host such as app.example.com, or *.example.com for all below it',
  );

/** RFC 6749 §3.3. */
export const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, 'must be one scope, without blanks');

export const clientShape = z
  .object({
    uid: z.uuid(),
    client_id: z.string(),
    kind: z.enum(['registered', 'allowed']),
    name: z.string(),
    redirect_uris: z.array(z.string()),
    hosts: z.array(z.string()),
    scopes: z.array(z.string()),
    second_approver: z.uuid().nullable(),
    approved: z.boolean().meta({ description: 'Whether it can be used' }),
    approved_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'OauthClient' });

export const clientRow = (client: OauthClient): z.input<typeof clientShape> => ({
  uid: client.uid,
  client_id: client.clientId,
  kind: client.kind,
  name: client.name,
  redirect_uris: client.redirectUris,
  hosts: client.hosts,
  scopes: client.scopes,
  second_approver: client.secondApprover,
  approved: isApproved(client),
  approved_at: client.approvedAt?.toISOString() ?? null,
  created_at: client.createdAt.toISOString(),
});
