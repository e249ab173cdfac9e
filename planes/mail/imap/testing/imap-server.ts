// A running IMAP server on a database of its own, for the tests of one file.
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { Db } from '../../../../database/database.ts';
import { useTestDatabase } from '../../../../database/testing.ts';
import { newId } from '../../../../database/uuid.ts';
import { createSelfSignedCertificate } from '../../../../protocols/self-signed.ts';
import type { ImapLimits } from '../limits.ts';
import { type ImapServer, type ImapServerOptions, startImapServer } from '../server.ts';
import { RawClient } from './raw-client.ts';

export const password = 'correct horse';

export type TestMailbox = { id: string; address: string; loginVersion: number; tokenHash: null };

export type TestImapServer = {
  readonly db: Db;
  readonly url: string;
  readonly server: ImapServer;
  /** Messages of what the server logged as an error: something that must never happen. */
  readonly errors: string[];
  /** Publishes a mailbox that signs in with `password`. */
  mailbox(quotaBytes?: number): Promise<TestMailbox>;
  /** imapflow, signed in over TLS from the first byte. */
  connect(mailbox: TestMailbox, options?: Partial<ImapFlowOptions>): Promise<ImapFlow>;
  /** A socket of ours, signed in. */
  raw(mailbox: TestMailbox): Promise<RawClient>;
  /** One more server on the same database, as a second process would be. */
  another(): Promise<Pick<TestImapServer, 'raw'>>;
  /** A socket of ours in front of the greeting's line. */
  guest(secure: boolean): Promise<RawClient>;
};

export const useImapServer = (
  limits: Partial<ImapLimits> = {},
  overrides: Partial<Pick<ImapServerOptions, 'authenticate'>> = {},
): TestImapServer => {
  const database = useTestDatabase();
  const mailboxes = new Map<string, TestMailbox>();
  const open: { close(): unknown }[] = [];
  const errors: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => errors.push(line) });
  const servers: ImapServer[] = [];
  let server: ImapServer;
  const start = async () => {
    const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['localhost'] });
    const started = await startImapServer({
      databaseUrl: database.url,
      db: database.db,
      host: '127.0.0.1',
      imapPort: 0,
      imapsPort: 0,
      tls: { key: keyPem, cert: certPem },
      log,
      authenticate: async ({ address, ...proof }) =>
        'secret' in proof && proof.secret === password ? (mailboxes.get(address) ?? null) : null,
      limits: { loginFailureDelayMs: 1, ...limits },
      ...overrides,
    });
    servers.push(started);
    return started;
  };
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    for (const client of open) client.close();
    await Promise.all(servers.map((each) => each.close()));
  });
  const connected = async (port: number, secure: boolean) => {
    const client = await RawClient.connect(port, secure);
    open.push(client);
    return client;
  };
  const guest = (secure: boolean) => connected(secure ? server.imapsPort : server.imapPort, secure);
  const signedIn = async (client: RawClient, { address }: TestMailbox) => {
    await client.greeting();
    await client.ok(`LOGIN "${address}" "${password}"`);
    return client;
  };
  return {
    get db() {
      return database.db;
    },
    get url() {
      return database.url;
    },
    errors,
    get server() {
      return server;
    },
    mailbox: async (quotaBytes) => {
      const mailbox = await publishMailbox(database.db, quotaBytes);
      mailboxes.set(mailbox.address, mailbox);
      return mailbox;
    },
    connect: async ({ address }, options = {}) => {
      const client = new ImapFlow({
        host: '127.0.0.1',
        port: server.imapsPort,
        secure: true,
        tls: { rejectUnauthorized: false },
        auth: { user: address, pass: password },
        logger: false,
        ...options,
      });
      // Reported by the calls that fail because of it.
      client.on('error', () => {});
      open.push(client);
      await client.connect();
      return client;
    },
    guest,
    raw: async (mailbox) => signedIn(await guest(true), mailbox),
    another: async () => {
      const other = await start();
      return { raw: async (mailbox) => signedIn(await connected(other.imapsPort, true), mailbox) };
    },
  };
};

/** Writes the published rows of a new mailbox, as the control plane does. */
export const publishMailbox = async (db: Db, quotaBytes = 100_000_000): Promise<TestMailbox> => {
  const id = newId();
  const domain = 'mail.example';
  const address = `box-${id.slice(-12)}@${domain}`;
  await db
    .insertInto('published.mail_domain')
    .values({ name: domain, workspace_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('published.mailbox')
    .values({ id, workspace_id: id, address, domain, password_hash: 'unused', quota_bytes: quotaBytes })
    .execute();
  return { id, address, loginVersion: 1, tokenHash: null };
};

/** A small message; lines as in the source, ends as on the wire. */
export const message = (subject: string, body = 'Hello.\n'): Buffer =>
  wire(`From: Ann Example <ann@mail.example>
To: Bob <bob@mail.example>
Subject: ${subject}
Date: Thu, 05 Mar 2020 10:00:00 +0100
Message-ID: <${subject.replace(/[^A-Za-z0-9]/g, '-')}@mail.example>

${body}`);

/** Text with line feeds as octets with CRLF. */
export const wire = (text: string): Buffer => Buffer.from(text.replace(/\r?\n/g, '\r\n'));
