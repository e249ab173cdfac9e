/** One SMTP port: turns the callbacks of smtp-server into async handlers, and closes without losing a message. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';
import { type MailMetrics, NO_METRICS, type Port, refusalReason } from '../metrics.ts';
import { createGuard, DEFAULT_GUARD_LIMITS, type GuardLimits } from './guard.ts';
import { type AuthConnection, takeOauthBearer } from './oauth-bearer.ts';
import { MAX_MESSAGE_OCTETS, type MemoryBudget, receiveMessage } from './receive.ts';
import { SmtpRefusal, temporaryFault } from './reply.ts';
import { checkParameters } from './session.ts';

// RFC 5321 §4.5.3.2.7: a server waits at least five minutes for the next command.
const IDLE_TIMEOUT_MS = 5 * 60 * 1000;
const MAX_CLIENTS = 3000;
const MEMORY_BUDGET_OCTETS = 256 * 1024 * 1024;
// How long close() waits for messages that are being handled. Their clients have no reply yet and try again.
const DRAIN_MS = 30_000;

/** Handlers refuse by throwing an SmtpRefusal; any other error is logged and answered 451. */
export type SmtpHandlers = {
  onConnect?(session: SMTPServerSession): void;
  onSecure?(session: SMTPServerSession): void;
  /** Gives what becomes `session.user`, or why a token is refused, which its client is told before it may try again. */
  onAuth?(attempt: SMTPServerAuthentication, session: SMTPServerSession): Promise<SmtpAuthOutcome>;
  onMailFrom(address: SMTPServerAddress, session: SMTPServerSession): Promise<void>;
  onRcptTo(address: SMTPServerAddress, session: SMTPServerSession): Promise<void>;
  /** When it resolves, the message is on disk and the client is told that we are responsible for it. Gives the text of the 250. */
  onMessage(message: Buffer, session: SMTPServerSession): Promise<string>;
};

export type SmtpAuthOutcome = { user: object } | { data: Record<string, string> };

/** smtp-server answers these with jokes. */
export const UNKNOWN_COMMANDS = ['WIZ', 'SHELL', 'KILL'];

export type SmtpListener = { port: number; close(): Promise<void> };

export async function startSmtpListener(options: {
  host: string;
  port: number;
  hostname: string;
  tls: { key: string; cert: string };
  /** TLS from the first byte (RFC 8314 §3.3) instead of STARTTLS. */
  implicitTls: boolean;
  smtp?: SMTPServerOptions;
  guard?: GuardLimits | undefined;
  metrics?: MailMetrics;
  /** What it counts as. */
  kind?: Port;
  handlers: SmtpHandlers;
  log: Logger;
}): Promise<SmtpListener> {
  const { hostname, handlers, metrics = NO_METRICS, kind = 'inbound', log } = options;
  const budget: MemoryBudget = { leftOctets: MEMORY_BUDGET_OCTETS };
  // Sessions whose message is being received or handled: close() leaves them alone until they are done.
  const receiving = new Map<string, Promise<void>>();

  /** Runs a handler and hands its outcome to smtp-server, once. */
  const answer = <T>(
    work: () => Promise<T>,
    callback: (error: Error | null, result?: T) => void,
  ): Promise<void> =>
    work().then(
      (result) => callback(null, result),
      (error: unknown) => {
        if (!(error instanceof SmtpRefusal)) log.error({ err: error }, 'smtp: handler failed');
        const refusal = error instanceof SmtpRefusal ? error : temporaryFault();
        metrics.refused(kind, refusalReason(refusal.message));
        callback(refusal);
      },
    );

  const server = new SMTPServer({
    ...options.smtp,
    disabledCommands: [...UNKNOWN_COMMANDS, ...(options.smtp?.disabledCommands ?? [])],
    name: hostname,
    banner: 'InboxKit',
    secure: options.implicitTls,
    key: options.tls.key,
    cert: options.tls.cert,
    minVersion: 'TLSv1.2', // RFC 8996
    size: MAX_MESSAGE_OCTETS,
    maxClients: MAX_CLIENTS,
    socketTimeout: IDLE_TIMEOUT_MS,
    closeTimeout: DRAIN_MS,
    // The name is not used for anything, and asking for it would send each client's address to a resolver.
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    hideDSN: false,
    onConnect: (session, callback) => {
      const connection = connectionOf(server, session);
      if (connection) {
        keepOwnStatusCodes(connection);
        takeOauthBearer(connection as unknown as AuthConnection);
      }
      return answer(async () => {
        guard.admit(session);
        handlers.onConnect?.(session);
      }, callback);
    },
    onSecure: (_socket, session, callback) => answer(async () => handlers.onSecure?.(session), callback),
    onAuth: (attempt, session, callback) =>
      answer(async () => {
        if (!handlers.onAuth) throw new SmtpRefusal(502, '5.5.1', 'No authentication here');
        const outcome = await handlers.onAuth(attempt, session);
        if ('user' in outcome) guard.progressed(session);
        return outcome;
      }, callback),
    onMailFrom: (address, session, callback) =>
      answer(async () => {
        checkParameters('MAIL', address);
        return handlers.onMailFrom(address, session);
      }, callback),
    onRcptTo: (address, session, callback) =>
      answer(async () => {
        checkParameters('RCPT', address);
        return handlers.onRcptTo(address, session);
      }, callback),
    onData: (stream, session, callback) => {
      const handled = answer(async () => {
        guard.receiving(session, true);
        const message = await receiveMessage(stream, budget);
        guard.receiving(session, false);
        const reply = await handlers.onMessage(message, session);
        metrics.accepted(kind);
        return reply;
      }, callback).finally(() => {
        guard.progressed(session);
        receiving.delete(session.id);
      });
      receiving.set(session.id, handled);
    },
  });
  const guard = createGuard(() => server.connections, options.guard ?? DEFAULT_GUARD_LIMITS);
  // A client that vanishes or fails its TLS handshake is no fault of ours.
  server.on('error', (err: Error) => log.debug({ err }, 'smtp: connection failed'));
  server.listen(options.port, options.host);
  await Promise.race([
    once(server.server, 'listening'),
    once(server.server, 'error').then(([error]) => Promise.reject(error)),
  ]);

  return {
    port: (server.server.address() as AddressInfo).port,
    async close() {
      guard.close();
      let closed = false;
      const closing = new Promise<void>((resolve) => server.close(resolve)).then(() => {
        closed = true;
      });
      while (!closed) {
        for (const connection of server.connections) {
          // RFC 5321 §3.8: 421 says that the connection ends, not that anything is wrong with a message.
          if (!receiving.has(connection.id)) connection.send(421, `4.3.2 ${hostname} is shutting down`);
        }
        await Promise.race([closing, ...receiving.values()]);
        // The reply to a message that was being received goes out before its connection is dismissed.
        await setImmediate();
      }
    },
  };
}

type ServerConnection = SMTPServer['connections'] extends Set<infer Connection> ? Connection : never;

const connectionOf = ({ connections }: SMTPServer, { id }: SMTPServerSession): ServerConnection | undefined =>
  [...connections].find((candidate) => candidate.id === id);

/** smtp-server puts a status code (RFC 2034) into every reply; replies that bring a better one of their own keep it. */
function keepOwnStatusCodes(connection: ServerConnection): void {
  const send = connection.send.bind(connection);
  connection.send = (code, text, context) =>
    send(code, text, typeof text === 'string' && /^[245]\.\d{1,3}\.\d{1,3} /.test(text) ? false : context);
}
