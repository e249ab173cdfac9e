// Proves the whole plane: mail goes in by submission and comes out by IMAP, and stopping it loses nothing.
import net from 'node:net';
import { ImapFlow } from 'imapflow';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { type MailPlane, type MailPlaneOptions, startMailPlane } from './main.ts';
import { onFreePorts } from './testing/free-ports.ts';
import {
  HOSTNAME,
  PASSWORD,
  publishDomain,
  publishMailbox,
  startTestGround,
  storedMessages,
  submissionClient,
  type TestGround,
} from './testing/plane.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };

const database = useTestDatabase();
let ground: TestGround;
let options: MailPlaneOptions;

beforeAll(async () => {
  ground = await startTestGround(database.db);
  await publishDomain(ground, 'here.example');
  options = {
    databaseUrl: database.url,
    db: database.db,
    secretBox: ground.secretBox,
    tls: ground.tls,
    hostname: HOSTNAME,
    listeners: onFreePorts,
    resolver: { servers: [ground.dns.server] },
    outbound: { enabled: false },
    log: pino({ level: 'silent' }),
  };
});
afterAll(() => ground.close());

const client = (plane: MailPlane, user: string) => submissionClient({ ...plane, tls: ground.tls }, user);

describe('the mail plane', () => {
  it('carries a message from submission to an IMAP client', async () => {
    await publishMailbox(ground.db, 'ann@here.example');
    await publishMailbox(ground.db, 'bob@here.example');
    const plane = await startMailPlane(options);
    const imap = new ImapFlow({
      host: '127.0.0.1',
      port: plane.imapsPort,
      secure: true,
      tls: { ca: ground.tls.cert, servername: HOSTNAME },
      auth: { user: 'bob@here.example', pass: PASSWORD },
      logger: false,
    });
    await imap.connect();
    await imap.mailboxOpen('INBOX');
    const exists = new Promise((resolve) => imap.once('exists', resolve));
    const idling = imap.idle();
    await client(plane, 'ann@here.example').sendMail({
      from: 'ann@here.example',
      to: 'bob@here.example',
      subject: 'Through everything',
      text: 'hi',
    });
    await exists;
    const message = await imap.fetchOne('*', { envelope: true, source: true });
    await idling;
    if (!message) throw new Error('the folder is empty');
    expect(message.envelope?.subject).toBe('Through everything');
    expect(message.source?.toString().replace(/\r\n\s/g, ' ')).toMatch(/dmarc=pass/);
    await imap.logout();
    await plane.close();
  });

  it('keeps every accepted message when it is stopped in the middle of traffic, and delivers it after a restart', async () => {
    await publishMailbox(ground.db, 'busy@here.example');
    const target = await publishMailbox(ground.db, 'target@here.example');
    const first = await startMailPlane(options);
    const accepted: string[] = [];
    const sender = client(first, 'busy@here.example');
    const sending = Array.from({ length: 30 }, (_, n) =>
      sender
        .sendMail({ from: 'busy@here.example', to: 'target@here.example', subject: `n${n}`, text: 'hi' })
        .then(() => accepted.push(`n${n}`))
        .catch(() => {}),
    );
    await expect.poll(() => accepted.length, SOON).toBeGreaterThan(3);
    await first.close();
    await Promise.all(sending);
    const leases = await ground.db
      .selectFrom('mail.queue_recipient')
      .select('id')
      .where('lease_owner', 'is not', null)
      .execute();
    expect(leases).toEqual([]);
    const second = await startMailPlane(options);
    await expect
      .poll(
        async () =>
          (await storedMessages(ground.db, target))
            .map(({ raw }) => /^Subject: (n\d+)/m.exec(raw)?.[1])
            .sort(),
        SOON,
      )
      .toEqual([...accepted].sort());
    await second.close();
  });

  it('starts as a whole or not at all: after a port that is taken, nothing is left listening', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as net.AddressInfo;
    const probe = await startMailPlane(options);
    await probe.close();
    const listeners = {
      ...options.listeners,
      smtpPort: probe.smtpPort,
      submissionPort: probe.submissionPort,
    };
    await expect(
      startMailPlane({ ...options, listeners: { ...listeners, imapsPort: port } }),
    ).rejects.toThrow(/EADDRINUSE/);
    const plane = await startMailPlane({ ...options, listeners });
    expect(plane.submissionPort).toBe(probe.submissionPort);
    await plane.close();
    await new Promise((resolve) => taken.close(resolve));
  });
});
