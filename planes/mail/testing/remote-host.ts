/** A mail host of somebody else, for tests: takes or refuses mail as it is told and remembers what it took. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';

export type Taken = {
  from: string;
  to: string;
  content: string;
  secure: boolean;
  session: string;
  smtpUtf8: boolean;
  /** What the sender asked to be told, of the message and of its first recipient. */
  dsn: object | undefined;
  asks: object | undefined;
};

export type RemoteHost = {
  port: number;
  taken: Taken[];
  /** What to answer instead of taking mail, e.g. `451 4.7.1 Greylisted`; null takes it. */
  refuse(stage: 'rcpt' | 'data', reply: string | null): void;
  /** Called with each message before it is taken; what it waits for, the client waits for. */
  whileTaking(hook: (taken: Taken) => Promise<void>): void;
  /** Drops every open connection without a word. */
  dropConnections(): void;
  close(): Promise<void>;
};

export async function startRemoteHost(
  options: {
    port?: number;
    host?: string;
    starttls?: 'working' | 'broken' | 'none';
    /** Extensions it does not have. */
    without?: ('SMTPUTF8' | 'DSN')[];
  } = {},
): Promise<RemoteHost> {
  const { port = 0, host = '127.0.0.1', starttls = 'working', without = [] } = options;
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['mx.elsewhere.example'] });
  const taken: Taken[] = [];
  const refusals = new Map<string, string>();
  let hook: (taken: Taken) => Promise<void> = async () => {};
  const refusal = (stage: string): Error | null => {
    const reply = refusals.get(stage);
    if (!reply) return null;
    return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
  };
  const server = new SMTPServer({
    name: 'mx.elsewhere.example',
    key: keyPem,
    cert: certPem,
    // No client and server of today have this version in common.
    ...(starttls === 'broken' ? { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1' } : {}),
    disabledCommands: starttls === 'none' ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    disableReverseLookup: true,
    hideSMTPUTF8: without.includes('SMTPUTF8'),
    hideDSN: without.includes('DSN'),
    closeTimeout: 100,
    onRcptTo: (_address, _session, callback) => callback(refusal('rcpt')),
    onData: async (stream, session, callback) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const { mailFrom, rcptTo } = session.envelope;
      const message = {
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(({ address }) => address).join(),
        content: Buffer.concat(chunks).toString('utf8'),
        secure: session.secure,
        session: session.id,
        smtpUtf8: session.envelope.smtpUtf8 ?? false,
        dsn: session.envelope.dsn,
        asks: rcptTo[0]?.dsn,
      };
      await hook(message);
      const refused = refusal('data');
      if (!refused) taken.push(message);
      callback(refused, '2.0.0 Taken');
    },
  });
  server.on('error', () => {});
  server.listen(port, host);
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    refuse(stage, reply) {
      if (reply) refusals.set(stage, reply);
      else refusals.delete(stage);
    },
    whileTaking(waits) {
      hook = waits;
    },
    dropConnections() {
      for (const connection of server.connections) connection._socket.destroy();
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
