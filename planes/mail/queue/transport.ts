/** The client side of SMTP: hands one message to one host, over a connection that is kept for the next. */
import { isAscii } from 'node:buffer';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { DsnEnvelope, DsnRecipient } from './notify.ts';

const CONNECT_TIMEOUT_MS = 30_000;
const GREETING_TIMEOUT_MS = 60_000;
// RFC 5321 §4.5.3.2.6 lets a server think ten minutes about a message; five is what most clients wait.
const SOCKET_TIMEOUT_MS = 5 * 60_000;
const IDLE_MS = 5000;
const MAX_MESSAGES_PER_CONNECTION = 100;
const CHUNK_OCTETS = 64 * 1024;

export type Target = {
  address: string;
  port: number;
  /** For the TLS handshake; with `null` the connection stays in the clear. */
  tlsName: string | null;
  /** A host that is trusted with everything: its certificate must be for `tlsName`, and it may want us to sign in. */
  relay?: Relay;
};

export type Relay = {
  /** TLS from the first byte instead of STARTTLS. */
  implicitTls: boolean;
  auth: { user: string; password: string } | null;
  /** PEM of an authority beyond those the system knows. */
  ca: string | null;
};

export type Outgoing = {
  sender: string;
  recipient: string;
  raw: Buffer;
  /** The message came with SMTPUTF8 (RFC 6531). */
  smtpUtf8: boolean;
  dsn: DsnEnvelope & DsnRecipient;
};

export type SendResult =
  /** `dsnPassedOn`: the host knows DSN (RFC 3461) and was told what the sender wants. */
  | { result: 'delivered'; response: string; dsnPassedOn: boolean }
  /** The host said no to this message. `status` is an enhanced status code (RFC 3463). */
  | { result: 'refused'; permanent: boolean; status: string; response: string }
  /** The connection ended after the content had begun: the host may have the message or not. */
  | { result: 'interrupted'; response: string }
  /** Nothing was handed over; another host of the destination may do. */
  | { result: 'unreachable'; response: string };

export type Transport = {
  send(target: Target, mail: Outgoing): Promise<SendResult>;
  /** Ends all connections, for good; messages in flight come out as interrupted or unreachable. */
  close(): void;
};

/**
 * An SMTPConnection that says SMTPUTF8 also for a message whose header is all that needs it (RFC 6531 §3.6), and tells
 * what the server offers.
 */
class Connection extends SMTPConnection {
  needsUtf8 = false;

  offers(extension: 'SMTPUTF8' | 'DSN'): boolean {
    return (this as unknown as { _supportedExtensions: string[] })._supportedExtensions.includes(extension);
  }

  _sendCommand(command: string, logged?: string): unknown {
    const announces = this.needsUtf8 && /^MAIL FROM:/.test(command) && !/ SMTPUTF8\b/.test(command);
    const send = Reflect.get(SMTPConnection.prototype, '_sendCommand') as (...line: unknown[]) => unknown;
    return send.call(this, announces ? `${command} SMTPUTF8` : command, logged);
  }
}

type Session = { connection: Connection; key: string; messages: number; idleTimer?: NodeJS.Timeout };

/** @param hostname our name in EHLO (RFC 5321 §4.1.1.1). */
export function createTransport(hostname: string): Transport {
  const idle = new Map<string, Session[]>();
  const open = new Set<Connection>();
  let closed = false;

  const connect = (target: Target, tls: boolean): Promise<Session> =>
    new Promise((resolve, reject) => {
      const connection = new Connection({
        host: target.address,
        port: target.port,
        name: hostname,
        // An address has no place in SNI (RFC 6066 §3).
        servername: target.tlsName && !isIP(target.tlsName) ? target.tlsName : undefined,
        ...(target.relay ? verifiedTls(target.relay) : opportunisticTls(tls)),
        connectionTimeout: CONNECT_TIMEOUT_MS,
        greetingTimeout: GREETING_TIMEOUT_MS,
        socketTimeout: SOCKET_TIMEOUT_MS,
      });
      open.add(connection);
      connection.once('end', () => {
        open.delete(connection);
        reject(new Error('Connection closed'));
      });
      connection.on('error', (error) => reject(connection.upgrading ? new TlsFailed(error) : error));
      const auth = target.relay?.auth;
      const connected = () => resolve({ connection, key: keyOf(target), messages: 0 });
      connection.connect((error) => {
        if (error) return reject(error);
        if (!auth) return connected();
        connection.login({ user: auth.user, pass: auth.password }, (refused) => {
          if (!refused) return connected();
          connection.quit();
          reject(refused);
        });
      });
    });

  const connectOpportunistically = async (target: Target): Promise<Session> => {
    try {
      return await connect(target, target.tlsName !== null);
    } catch (error) {
      // Its STARTTLS is broken; in the clear is how it gets its mail from clients that know no TLS.
      if (error instanceof TlsFailed && !target.relay) return connect(target, false);
      throw error;
    }
  };

  const takeIdle = (target: Target): Session | undefined => {
    const sessions = idle.get(keyOf(target)) ?? [];
    let session = sessions.pop();
    while (session?.connection.destroyed) session = sessions.pop();
    clearTimeout(session?.idleTimer);
    return session;
  };

  const park = (session: Session): void => {
    const sessions = idle.get(session.key) ?? [];
    idle.set(session.key, sessions);
    sessions.push(session);
    session.idleTimer = setTimeout(() => {
      sessions.splice(sessions.indexOf(session), 1);
      if (sessions.length === 0) idle.delete(session.key);
      session.connection.quit();
    }, IDLE_MS).unref();
  };

  return {
    async send(target, mail) {
      if (closed) return { result: 'unreachable', response: 'This host is shutting down' };
      let session = takeIdle(target);
      try {
        session ??= await connectOpportunistically(target);
      } catch (error) {
        return { result: 'unreachable', response: textOf(error) };
      }
      const sent = await transfer(session.connection, mail);
      session.messages += 1;
      // After a refusal the state of the session depends on the server; a new one is certain.
      if (sent.result === 'delivered' && session.messages < MAX_MESSAGES_PER_CONNECTION) park(session);
      else session.connection.quit();
      return sent;
    },
    close() {
      closed = true;
      for (const connection of open) connection.close();
    },
  };
}

/** The handshake after STARTTLS failed. */
class TlsFailed extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** One mail transaction on an open session. Never rejects. */
function transfer(connection: Connection, mail: Outgoing): Promise<SendResult> {
  let onEnd: () => void;
  const transferred = new Promise<SendResult>((resolve) => {
    let contentBegun = false;
    let at = 0;
    const content = new Readable({
      read() {
        // Read only after the server's 354, which makes this the mark of no return.
        contentBegun = true;
        this.push(at < mail.raw.length ? mail.raw.subarray(at, at + CHUNK_OCTETS) : null);
        at += CHUNK_OCTETS;
      },
    });
    const lost = (response: string): SendResult =>
      contentBegun ? { result: 'interrupted', response } : { result: 'unreachable', response };
    // Closing a session from our side calls no callback; this does.
    onEnd = () => resolve(lost('Connection closed'));
    connection.once('end', onEnd);
    const { notify, orcpt, ret, envid } = mail.dsn;
    const envelope = {
      from: mail.sender,
      to: [mail.recipient],
      size: mail.raw.length,
      use8BitMime: !isAscii(mail.raw),
      // RFC 3461 §5.2.1: what was asked goes on as it is, and nothing is added; a report has nothing to ask.
      dsn: {
        ...(ret ? { ret } : {}),
        ...(envid ? { envid } : {}),
        ...(notify ? { notify } : {}),
        ...(orcpt ? { orcpt } : {}),
      },
    };
    connection.needsUtf8 = needsUtf8(mail);
    if (connection.needsUtf8 && !connection.offers('SMTPUTF8')) {
      resolve(UTF8_REFUSED);
      return;
    }
    const dsnPassedOn = connection.offers('DSN');
    connection.send(envelope, content, (error, info) => {
      if (!error) resolve({ result: 'delivered', response: info?.response ?? '', dsnPassedOn });
      else resolve(refusal(error) ?? lost(textOf(error)));
    });
  });
  // A session carries many messages, and each would leave its listener behind.
  return transferred.finally(() => connection.off('end', onEnd));
}

/** RFC 6531 §3.6: an address outside of ASCII always, a header when its sender has said so. */
function needsUtf8({ sender, recipient, raw, smtpUtf8 }: Outgoing): boolean {
  if (!isAscii(Buffer.from(sender + recipient))) return true;
  const end = raw.indexOf('\r\n\r\n');
  return smtpUtf8 && !isAscii(end === -1 ? raw : raw.subarray(0, end));
}

// Rewriting the message for such a host would break its signature, and an address has no other form (RFC 6531 §3.2).
const UTF8_REFUSED: SendResult = {
  result: 'refused',
  permanent: true,
  status: '5.6.7',
  response: 'The mail host knows no SMTPUTF8, which a header or an address outside of ASCII needs (RFC 6531)',
};

/** What the server, or our own check of the envelope, said about this message; null when it was about the connection. */
function refusal(
  error: NodeJS.ErrnoException & { response?: string; responseCode?: number; command?: string },
) {
  const { response, responseCode, command } = error;
  if (response && responseCode && ['MAIL FROM', 'RCPT TO', 'DATA'].includes(command ?? '')) {
    const status = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
    const permanent = responseCode >= 500;
    return {
      result: 'refused' as const,
      permanent,
      status: status ?? (permanent ? '5.0.0' : '4.0.0'),
      response,
    };
  }
  // Larger than the SIZE the server announced (RFC 1870 §6.1).
  if (error.code === 'EMESSAGE') {
    return { result: 'refused' as const, permanent: true, status: '5.3.4', response: error.message };
  }
  return null;
}

/**
 * Opportunistic (RFC 7435): without DANE or MTA-STS there is no name to trust, and a certificate that cannot be checked
 * is still better than none.
 */
const opportunisticTls = (tls: boolean) => ({
  ignoreTLS: !tls,
  opportunisticTLS: true,
  tls: { rejectUnauthorized: false, minVersion: 'TLSv1.2' as const },
});

const verifiedTls = ({ implicitTls, ca }: Relay) => ({
  secure: implicitTls,
  requireTLS: !implicitTls,
  tls: {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
    ...(ca ? { ca: [...rootCertificates, ca] } : {}),
  },
});

const keyOf = (target: Target): string => `${target.address} ${target.port} ${target.tlsName !== null}`;
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
