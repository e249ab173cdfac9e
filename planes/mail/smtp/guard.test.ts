// Proves that nobody holds a port without using it, and that those who use it are left alone.
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { connectRawSmtp, type RawSmtp } from '../testing/raw-smtp.ts';
import { createGuard, DEFAULT_GUARD_LIMITS, type GuardLimits } from './guard.ts';
import { type SmtpListener, startSmtpListener } from './listener.ts';

let tls: { key: string; cert: string };
let listener: SmtpListener;
const taken: string[] = [];

beforeAll(async () => {
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['mail.here.example'] });
  tls = { key: keyPem, cert: certPem };
});
afterEach(() => listener?.close());

const start = async (guard: Partial<GuardLimits>): Promise<void> => {
  listener = await startSmtpListener({
    host: '127.0.0.1',
    port: 0,
    hostname: 'mail.here.example',
    tls,
    implicitTls: false,
    smtp: { disabledCommands: ['AUTH'] },
    guard: { ...DEFAULT_GUARD_LIMITS, ...guard },
    handlers: {
      onMailFrom: async () => {},
      onRcptTo: async () => {},
      onMessage: async (message) => {
        taken.push(message.toString());
        return '2.0.0 Taken';
      },
    },
    log: pino({ level: 'silent' }),
  });
};

const inData = async (): Promise<RawSmtp> => {
  const client = await connectRawSmtp(listener.port);
  await client.send('EHLO client.example\r\n');
  await client.send('MAIL FROM:<a@b.example>\r\n');
  await client.send('RCPT TO:<c@d.example>\r\n');
  expect(await client.send('DATA\r\n')).toMatch(/^354 /);
  return client;
};

it('a session that only keeps itself awake is dismissed with 421', async () => {
  await start({ progressWithinMs: 300 });
  const client = await connectRawSmtp(listener.port);
  let reply = '';
  while (!reply.startsWith('421') && reply !== 'closed') {
    reply = await client.send('NOOP\r\n');
    await delay(50);
  }
  expect(reply).toMatch(/^421 4\.4\.2 /);
});

it('a message that trickles in without an end is given up, and nothing of it is taken', async () => {
  await start({ messageWithinMs: 300 });
  const client = await inData();
  const ended = client.reply();
  const trickle = setInterval(() => void client.send('x').catch(() => {}), 50);
  expect(await ended).toMatch(/^421 4\.4\.2 /);
  clearInterval(trickle);
  client.close();
  expect(taken).toEqual([]);
});

it('a session that sends one message after another goes on for as long as it likes', async () => {
  await start({ progressWithinMs: 400 });
  const client = await inData();
  const until = performance.now() + 1200;
  while (performance.now() < until) {
    expect(await client.send('hi\r\n.\r\n')).toMatch(/^250 /);
    await client.send('MAIL FROM:<a@b.example>\r\n');
    await client.send('RCPT TO:<c@d.example>\r\n');
    expect(await client.send('DATA\r\n')).toMatch(/^354 /);
    await delay(50);
  }
  client.close();
  taken.length = 0;
});

it('this machine may have more connections than others may: its own queue is a client', async () => {
  await start({ connectionsPerAddress: 1 });
  const clients = [await connectRawSmtp(listener.port), await connectRawSmtp(listener.port)];
  for (const client of clients) {
    expect(await client.send('NOOP\r\n')).toMatch(/^250 /);
    client.close();
  }
});

it('an address gets so many connections and no more, an IPv6 network of one site counts as one', () => {
  const held: { remoteAddress: string }[] = [];
  const guard = createGuard(() => new Set(held) as never, {
    ...DEFAULT_GUARD_LIMITS,
    connectionsPerAddress: 2,
  });
  const connect = (remoteAddress: string) => {
    held.push({ remoteAddress });
    return () => guard.admit({ remoteAddress } as never);
  };
  expect(connect('192.0.2.1')).not.toThrow();
  expect(connect('192.0.2.1')).not.toThrow();
  expect(connect('192.0.2.1')).toThrow(/^4\.7\.0 Too many connections/);
  expect(connect('192.0.2.2')).not.toThrow();
  expect(connect('2001:db8:0:1::1')).not.toThrow();
  expect(connect('2001:db8:0:1::2')).not.toThrow();
  expect(connect('2001:db8:0:1:ffff::3')).toThrow(/^4\.7\.0 /);
  expect(connect('2001:db8:0:2::1')).not.toThrow();
  guard.close();
});

it('two thousand idle connections are held, and one more client is served at once', {
  timeout: 240_000,
}, async () => {
  await start({});
  const sockets: net.Socket[] = [];
  const open = async () => {
    const socket = net.connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'data');
    sockets.push(socket);
  };
  // As many at once as the system keeps waiting to be accepted.
  for (let batch = 0; batch < 20; batch += 1) await Promise.all(Array.from({ length: 100 }, open));
  const client = await connectRawSmtp(listener.port);
  expect(await client.send('EHLO client.example\r\n')).toMatch(/^250/);
  client.close();
  expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(2000);
  for (const socket of sockets) socket.destroy();
});
