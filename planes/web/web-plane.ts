// Sends visitors of a forwarded domain to its target, over HTTP and, where an authority for certificates is
// configured, over HTTPS; and tells mail programs the settings of domains that have mail here. Everything else is a plain
// 404.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import type { MailServers } from '../../protocols/mail/client-settings.ts';
import type { AcmeOptions } from './acme/authority.ts';
import { challengeTokenOf, findKeyAuthorization } from './acme/challenges.ts';
import { askedOf, type FindForward, locationOf, rememberForwards } from './forwards.ts';
import { type HasMail, rememberMailDomains, settingsAsked, settingsDocument } from './mail-settings.ts';
import { openSecureContexts, type SecureContexts } from './secure-contexts.ts';

export type WebPlaneOptions = {
  db: Db;
  /** Address to bind. */
  host: string;
  /** Of HTTP; 0 picks a free one. */
  port: number;
  /** Null: plain HTTP only. */
  https: HttpsOptions | null;
  /** What mail programs of the installation's domains are to be set to. */
  mailServers: MailServers;
  clock?: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
};

export type HttpsOptions = {
  databaseUrl: string;
  /** 0 picks a free one. */
  port: number;
  /** Seals the private keys. */
  secretBox: SecretBox;
  acme: AcmeOptions;
};

export type WebPlane = {
  port: number;
  /** Null without HTTPS. */
  tlsPort: number | null;
  close(): Promise<void>;
};

/** A visitor that does not get to its request within this is let go. */
const REQUEST_WITHIN_MS = 15_000;

/** Starts all of it, or nothing. HTTP answers while certificates are still to come. */
export const startWebPlane = async (options: WebPlaneOptions): Promise<WebPlane> => {
  const { db, host, port, https, mailServers, clock = systemClock, log } = options;
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of started.splice(0)) await part.close();
  };
  const opened = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    started.unshift(part);
    return part;
  };
  try {
    const answer = answerWith(db, mailServers, log);
    const timeouts = { headersTimeout: REQUEST_WITHIN_MS, requestTimeout: REQUEST_WITHIN_MS };
    const http = opened(await listenOn(createServer(timeouts, answer), host, port));
    if (!https) return { port: http.port, tlsPort: null, close };

    const { databaseUrl, secretBox, acme } = https;
    const contexts = opened(await openSecureContexts({ databaseUrl, db, secretBox, log }));
    const tls = { ...timeouts, handshakeTimeout: REQUEST_WITHIN_MS, SNICallback: chooseFrom(contexts) };
    const secure = opened(await listenOn(createTlsServer(tls, answer), host, https.port));
    // Its libraries take a quarter of a second to load, which is nothing to ask of a start without HTTPS.
    const { createCertificateWorker } = await import('./acme/worker.ts');
    const worker = opened(createCertificateWorker({ databaseUrl, db, secretBox, acme, clock, log }));
    await worker.start();
    return { port: http.port, tlsPort: secure.port, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const listenOn = async (
  server: Server,
  host: string,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // Also those in the middle of a handshake, which the server of requests does not know of yet.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/**
 * A name without a certificate is refused in the handshake, which RFC 6066 §3 leaves to the server. A certificate
 * made here would only teach visitors to click warnings away, and browsers that tried HTTPS by themselves fall back
 * to HTTP. The server has no certificate of its own, so that the alert is `handshake_failure` (RFC 8446 §6.2);
 * node:tls has no way to send `unrecognized_name`.
 */
const chooseFrom =
  (contexts: SecureContexts) =>
  (serverName: string, done: (error: null, context?: SecureContext) => void): void => {
    contexts.find(serverName).then((context) => done(null, context ?? undefined));
  };

type Known = { db: Db; find: FindForward; hasMail: HasMail; mailServers: MailServers };

const answerWith = (db: Db, mailServers: MailServers, log: WebPlaneOptions['log']) => {
  const find = rememberForwards(db, log);
  const known = { db, find, hasMail: rememberMailDomains(db, log), mailServers };
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, known).catch((err: Error) => {
      log.warn({ err }, 'a visitor could not be answered');
      respond(response, 503, 'Try again in a moment.\n', { 'Retry-After': '5' });
    });
  };
};

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  { db, find, hasMail, mailServers }: Known,
): Promise<void> => {
  const { host, path } = askedOf(request.url ?? '/', request.headers.host);
  const token = challengeTokenOf(path);
  if (token !== null) {
    // Never forwarded: whoever answers here can have certificates for the host (RFC 8555 §10.2).
    const known = host && token ? await findKeyAuthorization(db, host, token) : null;
    if (known === null) return respond(response, 404, 'No such challenge.\n');
    return respond(response, 200, known, { 'Content-Type': 'application/octet-stream' });
  }
  const settings = host ? settingsAsked(host, path) : null;
  if (settings) {
    // Before a forwarding of the same host: what mail programs look for is not on the site visitors are sent to.
    const document = await settingsDocument(settings, request, mailServers, hasMail);
    if (document !== null)
      return respond(response, 200, document, { 'Content-Type': 'text/xml; charset=utf-8' });
  }
  const forward = host ? await find(host) : null;
  if (!forward) return respond(response, 404, 'No site is configured for this address.\n');
  const location = locationOf(forward, path);
  respond(response, forward.permanent ? 301 : 302, `Moved to ${location}\n`, { Location: location });
};

const respond = (
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void => {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(text);
};
