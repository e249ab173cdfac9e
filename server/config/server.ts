// Where the program keeps its files, which roles it starts, and how the world reaches its API.
import {
  directory,
  hostName,
  httpUrl,
  ipAddress,
  ipv4Address,
  listOf,
  networks,
  port,
} from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

export const roles = ['api', 'worker', 'dns', 'mail', 'web', 'identity'] as const;
export type Role = (typeof roles)[number];

export const serverSection = defineSection({
  title: 'Server',
  intro: 'Where the program keeps its files, what it starts, and how it is reached.',
  variables: {
    dataDir: variable({
      name: 'INBOXKIT_DATA_DIR',
      type: directory,
      default: './data',
      doc: 'Directory of everything this installation keeps: the embedded database, the key that opens sealed secrets, self-made certificates, and `first-key.json`. It is made when missing. One process at a time uses it.',
      example: '/var/lib/inboxkit',
    }),
    roles: variable({
      name: 'INBOXKIT_ROLES',
      type: listOf(roles, { word: 'all', means: roles }),
      default: 'all',
      doc: 'What this process starts. `api` answers HTTP, `worker` carries out orders and other durable work, `dns` answers for the zones, `mail` sends, receives and serves IMAP, `web` forwards visitors of the domains, `identity` serves the sign-in pages of mailboxes. Several processes with different roles share one database by `DATABASE_URL`.',
      example: 'api,worker',
    }),
    bind: variable({
      name: 'INBOXKIT_BIND',
      type: ipAddress,
      default: '127.0.0.1',
      doc: 'Address every listener binds. The default is reachable from this machine only; `0.0.0.0` opens the listeners to the network.',
      example: '0.0.0.0',
    }),
    httpPort: variable({
      name: 'INBOXKIT_HTTP_PORT',
      type: port,
      default: '8080',
      doc: 'Port of the HTTP API.',
      example: '80',
    }),
    publicUrl: optionalVariable({
      name: 'INBOXKIT_PUBLIC_URL',
      type: httpUrl,
      defaultText: '`http://127.0.0.1:<HTTP port>`',
      doc: 'Address under which clients reach the API, when a proxy or a name stands in front of it. Links for people begin with it, passkeys are made for its name, and their cookie is sent over TLS only when it begins with `https`. It appears in `first-key.json` and in the OpenAPI document.',
      example: 'https://api.example.net',
    }),
    trustedProxies: variable({
      name: 'INBOXKIT_TRUSTED_PROXIES',
      type: networks,
      default: 'none',
      doc: 'Proxies in front of the API, by network. What they write into `X-Forwarded-For` says where a request comes from, for keys that may be used from certain networks only.',
      example: '10.0.0.0/8',
    }),
    hostname: variable({
      name: 'INBOXKIT_HOSTNAME',
      type: hostName,
      default: 'inboxkit.localhost',
      doc: 'Parent name of the hosts of this installation: `ns1.` and `ns2.` answer DNS, `mail.` takes and serves mail. New zones name them in their NS, MX and SPF records, so change it before the first domain, not after.',
      example: 'inboxkit.example.net',
    }),
    publicAddress: variable({
      name: 'INBOXKIT_PUBLIC_ADDRESS',
      type: ipv4Address,
      default: '127.0.0.1',
      doc: 'IPv4 address that the DNS plane publishes for the hosts of this installation. On a public machine it is the address other mail servers reach.',
      example: '203.0.113.7',
    }),
  },
});

/** Where people sign in to their mailboxes. `port` is the one really listened on. */
export const identityUrlOf = (url: string | null, bind: string, port: number): string =>
  publicUrlOf({ publicUrl: url, bind }, port);

/** The address clients use. `httpPort` is the port really listened on, which is not the configured one when that is 0. */
export function publicUrlOf(server: { publicUrl: string | null; bind: string }, httpPort: number): string {
  if (server.publicUrl !== null) return server.publicUrl;
  // A wildcard address cannot be connected to everywhere; loopback reaches the same listener.
  const host = server.bind === '0.0.0.0' ? '127.0.0.1' : server.bind === '::' ? '::1' : server.bind;
  return `http://${host.includes(':') ? `[${host}]` : host}:${httpPort}`;
}
