// The identity plane: owners of built-in mailboxes sign in here, with password and one-time code, and decide what other
// programs may do with their mailbox.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { createAccounts } from './accounts.ts';
import { authMethodOf, requestAuthMethod } from './clients.ts';
import { createGuard } from './guard.ts';
import { createInteractions } from './interactions.ts';
import { currentIdentityKeys } from './keys.ts';
import { errorPage, pageHeaders } from './pages.ts';
import { createProvider, interactionPath } from './provider.ts';

export type IdentityPlaneOptions = {
  db: Db;
  secretBox: SecretBox;
  /** Address to bind. */
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** Origin under which people and programs reach it, when this is the port it listens on. */
  issuerAt(port: number): string;
  /** Where a request comes from, also behind proxies. */
  remoteAddress(peer: string, forwardedFor: string | undefined): string;
  /** How old a signing key gets before another takes its place. */
  rotateKeysEveryMs: number;
  clock?: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
};

export type IdentityPlane = {
  port: number;
  /** The issuer (OpenID Connect Discovery 1.0 §3), below which everything is. */
  issuer: string;
  close(): Promise<void>;
};

const REQUEST_WITHIN_MS = 15_000;
const SWEEP_EVERY_MS = 10 * 60_000;

export const startIdentityPlane = async (options: IdentityPlaneOptions): Promise<IdentityPlane> => {
  const { db, secretBox, host, clock = systemClock, log } = options;
  const currentKeys = () =>
    currentIdentityKeys({ db, secretBox, clock, rotateEveryMs: options.rotateKeysEveryMs });
  let keys = await currentKeys();
  const accounts = await createAccounts(db, secretBox, clock);
  const guard = createGuard(db, clock);

  let answer = (_request: IncomingMessage, response: ServerResponse): void => void response.destroy();
  const timeouts = { headersTimeout: REQUEST_WITHIN_MS, requestTimeout: REQUEST_WITHIN_MS };
  const server = createServer(timeouts, (request, response) => answer(request, response));
  server.listen(options.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer = options.issuerAt(port);

  const remoteAddress = ({ socket, headers }: IncomingMessage): string =>
    options.remoteAddress(socket.remoteAddress ?? '', headers['x-forwarded-for']?.toString());
  // Everything that lasts is in the database, so a provider with other keys goes on where the one before it was.
  const serveWith = () => {
    const provider = createProvider({ issuer, db, secretBox, keys, accounts, log });
    const interactions = createInteractions({ provider, accounts, guard, remoteAddress, clock, log });
    return { interactions, protocol: provider.callback() };
  };
  let serving = serveWith();
  const takeKeys = async () => {
    const next = await currentKeys();
    if (isDeepStrictEqual(next, keys)) return;
    keys = next;
    serving = serveWith();
    log.info({ keys: keys.jwks.keys.map(({ kid }) => kid) }, 'identity: signs with other keys');
  };
  const { host: issuerHost, protocol: issuerProtocol } = new URL(issuer);

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Whatever a client claims: every address is the issuer's.
    request.headers.host = issuerHost;
    request.headers['x-forwarded-proto'] = issuerProtocol.slice(0, -1);
    delete request.headers['x-forwarded-host'];
    const path = (request.url ?? '/').split('?', 1)[0]!;
    if (path.startsWith(interactionPath(''))) return serving.interactions(request, response);
    await requestAuthMethod.run(authMethodOf(request.headers.authorization), () =>
      serving.protocol(request, response),
    );
  };
  answer = (request, response) => {
    respond(request, response).catch((err: Error) => {
      log.error({ err }, 'identity: a request could not be answered');
      if (response.headersSent) return void response.destroy();
      response.writeHead(503, { ...pageHeaders(), 'retry-after': '5' });
      response.end(errorPage('temporarily_unavailable', 'Try again in a moment.').html);
    });
  };

  const stop = new AbortController();
  const sweeping = sweep(clock, stop.signal, log, async () => {
    await takeKeys();
    await db.deleteFrom('identity.artifact').where('expires_at', '<', new Date()).execute();
    await guard.forgetOld();
  });
  return {
    port,
    issuer,
    async close() {
      stop.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, sweeping]);
    },
  };
};

/** Now and then removes what has run out, and follows the keys. */
const sweep = async (
  clock: Clock,
  signal: AbortSignal,
  log: IdentityPlaneOptions['log'],
  round: () => Promise<void>,
): Promise<void> => {
  while (!signal.aborted) {
    await clock.sleep(SWEEP_EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      await round();
    } catch (err) {
      log.warn({ err }, 'identity: cannot sweep');
    }
  }
};
