/** An SMTP client for tests that sends exactly the octets it is told, right or wrong. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

export type RawSmtp = {
  /** Sends octets as they are and gives the next whole reply. */
  send(octets: string | Buffer): Promise<string>;
  /** The next whole reply, of as many lines as it has. */
  reply(): Promise<string>;
  /** Goes on over TLS, after a 220 to STARTTLS. */
  upgrade(): Promise<void>;
  close(): void;
};

/** Connects and waits for the greeting. */
export async function connectRawSmtp(
  port: number,
  options: { implicitTls?: boolean } = {},
): Promise<RawSmtp> {
  const insecure = { rejectUnauthorized: false };
  let socket: net.Socket = options.implicitTls
    ? tls.connect({ host: '127.0.0.1', port, ...insecure })
    : net.connect(port, '127.0.0.1');
  let buffered = '';
  let arrived = Promise.withResolvers<void>();
  let ended = false;
  const attach = () => {
    socket.on('data', (chunk) => {
      buffered += chunk.toString('utf8');
      arrived.resolve();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      ended = true;
      arrived.resolve();
    });
  };
  attach();

  const reply = async (): Promise<string> => {
    for (;;) {
      // RFC 5321 §4.2.1: the last line of a reply has a space after its code.
      const whole = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(buffered)?.[0];
      if (whole) {
        buffered = buffered.slice(whole.length);
        return whole.trimEnd().replace(/\r\n/g, '\n');
      }
      if (ended) return 'closed';
      await arrived.promise;
      arrived = Promise.withResolvers();
    }
  };

  await reply();
  return {
    reply,
    send(octets) {
      socket.write(octets);
      return reply();
    },
    async upgrade() {
      socket.removeAllListeners();
      socket = tls.connect({ socket, ...insecure });
      attach();
      await once(socket, 'secureConnect');
    },
    close: () => socket.destroy(),
  };
}

/** One transaction from somewhere else, `content` without its final CRLF; gives all replies from MAIL on. */
export async function transact(
  port: number,
  mail: { from: string; to: string[]; content: string; args?: string },
): Promise<string[]> {
  const client = await connectRawSmtp(port);
  await client.send('EHLO client.example\r\n');
  const replies = [await client.send(`MAIL FROM:<${mail.from}>${mail.args ?? ''}\r\n`)];
  for (const to of mail.to) replies.push(await client.send(`RCPT TO:<${to}>\r\n`));
  if (replies.slice(1).some((reply) => reply.startsWith('250'))) {
    await client.send('DATA\r\n');
    replies.push(await client.send(`${mail.content}\r\n.\r\n`));
  }
  client.close();
  return replies;
}
