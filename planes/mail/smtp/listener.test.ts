// Proves how a port closes, guards its memory and hides its faults.
import { once } from 'node:events';
import net from 'node:net';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { connectRawSmtp, type RawSmtp } from '../testing/raw-smtp.ts';
import { type SmtpHandlers, type SmtpListener, startSmtpListener } from './listener.ts';
import { receiveMessage } from './receive.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };

let tls: { key: string; cert: string };
let listener: SmtpListener;
let onMessage: SmtpHandlers['onMessage'];

const start = (port = 0, implicitTls = false) =>
  startSmtpListener({
    host: '127.0.0.1',
    port,
    hostname: 'mail.here.example',
    tls,
    implicitTls,
    smtp: { disabledCommands: ['AUTH'] },
    handlers: {
      onMailFrom: async () => {},
      onRcptTo: async () => {},
      onMessage: (message, session) => onMessage(message, session),
    },
    log: pino({ level: 'silent' }),
  });

beforeAll(async () => {
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['mail.here.example'] });
  tls = { key: keyPem, cert: certPem };
});
beforeEach(async () => {
  onMessage = async () => '2.0.0 Taken';
  listener = await start();
});
afterEach(() => listener.close());

/** A client that is about to send content. */
const inData = async (): Promise<RawSmtp> => {
  const client = await connectRawSmtp(listener.port);
  await client.send('EHLO client.example\r\n');
  await client.send('MAIL FROM:<a@b.example>\r\n');
  await client.send('RCPT TO:<c@d.example>\r\n');
  expect(await client.send('DATA\r\n')).toMatch(/^354 /);
  return client;
};

describe('closing', () => {
  it('lets a message that is arriving be taken, dismisses idle clients with 421, and takes no new ones', async () => {
    const sending = await inData();
    const idle = await connectRawSmtp(listener.port);
    const closing = listener.close();
    expect(await idle.reply()).toMatch(/^421 4\.3\.2 /);
    await expect(once(net.connect(listener.port, '127.0.0.1'), 'connect')).rejects.toThrow(/ECONNREFUSED/);
    expect(await sending.send('Subject: x\r\n\r\nhi\r\n.\r\n')).toBe('250 2.0.0 Taken');
    expect(await sending.reply()).toMatch(/^421 /);
    idle.close();
    sending.close();
    await closing;
  });

  it('waits for a message that is being handled', async () => {
    const hold = Promise.withResolvers<string>();
    const handling = Promise.withResolvers<void>();
    onMessage = () => {
      handling.resolve();
      return hold.promise;
    };
    const client = await inData();
    const replied = client.send('Subject: x\r\n\r\nhi\r\n.\r\n');
    await handling.promise;
    const closing = listener.close();
    hold.resolve('2.0.0 Taken late');
    expect(await replied).toBe('250 2.0.0 Taken late');
    client.close();
    await closing;
  });
});

describe('faults', () => {
  it('of our own are a 451 that says nothing about them', async () => {
    onMessage = async () => {
      throw new Error('password of the database is hunter2');
    };
    const client = await inData();
    expect(await client.send('Subject: x\r\n\r\nhi\r\n.\r\n')).toBe(
      '451 4.3.0 Temporary local problem, please try again later',
    );
    client.close();
  });

  it('of clients do not end the port: a broken handshake, a connection lost within a message', async () => {
    const secure = await start(0, true);
    const garbage = net.connect(secure.port, '127.0.0.1');
    garbage.on('error', () => {});
    garbage.write('this is not TLS\r\n');
    await once(garbage, 'close');
    await secure.close();
    let taken = 0;
    onMessage = async () => {
      taken += 1;
      return '2.0.0 Taken';
    };
    const lost = await inData();
    lost.close();
    const client = await inData();
    expect(await client.send('Subject: x\r\n\r\nhi\r\n.\r\n')).toMatch(/^250 /);
    client.close();
    expect(taken).toBe(1);
  });

  it('of a port that is taken are told to whoever starts it', async () => {
    await expect(start(listener.port)).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('receiveMessage', () => {
  const message = (octets: number) =>
    Readable.from([Buffer.from('Subject: x\r\n\r\n'), Buffer.alloc(octets, 'x')]);

  it('asks clients to come back when too much mail is arriving, and has room again afterwards', async () => {
    const budget = { leftOctets: 1000 };
    const refused = receiveMessage(message(2000), budget);
    await expect(refused).rejects.toMatchObject({
      responseCode: 452,
      message: expect.stringMatching(/^4\.3\.1 /),
    });
    expect(budget.leftOctets).toBe(1000);
    expect(await receiveMessage(message(500), budget)).toHaveLength(514);
    expect(budget.leftOctets).toBe(1000);
  });

  it('gives back its room when the connection is lost', async () => {
    const budget = { leftOctets: 1000 };
    const stream = new Readable({ read() {} });
    stream.push(Buffer.alloc(600));
    const receiving = receiveMessage(stream, budget);
    await expect.poll(() => budget.leftOctets, SOON).toBe(400);
    stream.destroy();
    await expect(receiving).rejects.toMatchObject({ responseCode: 451 });
    expect(budget.leftOctets).toBe(1000);
  });
});
