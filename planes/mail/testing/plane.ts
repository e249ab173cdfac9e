/** What tests of the mail plane start from: published rows, a running exchange, clients, and the store as it ends up. */
import { generateKeyPairSync } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import nodemailer from 'nodemailer';
import { pino } from 'pino';
import { systemClock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing, type SecretBox } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { type MailExchange, startMailExchange } from '../exchange.ts';
import { createLogin } from '../login.ts';
import type { OutboundOptions } from '../queue/delivery.ts';
import { type DnsStub, startDnsStub } from './dns-stub.ts';

export const HOSTNAME = 'mail.here.example';
export const PASSWORD = 'correct horse battery staple';

const workspaceId = newId();

/** What a mail plane stands on: a nameserver, the keys that seal secrets, and a certificate. */
export type TestGround = {
  db: Db;
  dns: DnsStub;
  secretBox: SecretBox;
  /** PEM. */
  tls: { key: string; cert: string };
  close(): Promise<void>;
};

export async function startTestGround(db: Db): Promise<TestGround> {
  const dns = await startDnsStub();
  dns.add(HOSTNAME, 'A', '127.0.0.1');
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: [HOSTNAME, '127.0.0.1'] });
  return {
    db,
    dns,
    secretBox: createSecretBox(parseKeyRing(generateKey())),
    tls: { key: keyPem, cert: certPem },
    close: () => dns.close(),
  };
}

export type TestPlane = TestGround & MailExchange;

/** Starts login and exchange on a test database. Mail for elsewhere is held unless `outbound` says otherwise. */
export async function startTestPlane(
  database: { db: Db; url: string },
  outbound: OutboundOptions = { enabled: false },
): Promise<TestPlane> {
  const ground = await startTestGround(database.db);
  const plane = await startTestPlaneOn(ground, database.url, outbound);
  return {
    ...plane,
    async close() {
      await plane.close();
      await ground.close();
    },
  };
}

/** The same on a ground that stays when it is closed. */
export async function startTestPlaneOn(
  ground: TestGround,
  databaseUrl: string,
  outbound: OutboundOptions,
): Promise<TestPlane> {
  const log = pino({ level: 'silent' });
  const common = { databaseUrl, db: ground.db, clock: systemClock, log };
  const login = await createLogin(common);
  const exchange = await startMailExchange({
    ...common,
    ...ground,
    authenticate: login.authenticate,
    hostname: HOSTNAME,
    listeners: { host: '127.0.0.1', smtpPort: 0, submissionPort: 0, submissionsPort: 0 },
    resolver: { servers: [ground.dns.server] },
    outbound,
  });
  return {
    ...ground,
    ...exchange,
    async close() {
      await exchange.close();
      await login.close();
    },
  };
}

/** Publishes a domain with both kinds of DKIM key, and the DNS records that make its mail pass every check. */
export async function publishDomain(
  ground: TestGround,
  domain: string,
  options: { dmarc?: 'none' | 'quarantine' | 'reject'; spf?: string } = {},
): Promise<void> {
  const { db, dns, secretBox } = ground;
  await db.insertInto('published.mail_domain').values({ name: domain, workspace_id: workspaceId }).execute();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed25519 = generateKeyPairSync('ed25519');
  const keys = [
    {
      selector: 'r1',
      algorithm: 'rsa-sha256',
      type: 'rsa',
      ...rsa,
      octets: rsa.publicKey.export({ type: 'spki', format: 'der' }),
    },
    {
      selector: 'e1',
      algorithm: 'ed25519-sha256',
      type: 'ed25519',
      ...ed25519,
      // RFC 8463 §4.2: the 32 octets of the key, without the wrapping that RSA keys have.
      octets: ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32),
    },
  ];
  for (const { selector, algorithm, type, privateKey, octets } of keys) {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const private_key_sealed = secretBox.seal(pem, `published.dkim_key:${domain}:${selector}`);
    await db
      .insertInto('published.dkim_key')
      .values({ domain, selector, algorithm, private_key_sealed })
      .execute();
    dns.add(`${selector}._domainkey.${domain}`, 'TXT', `v=DKIM1; k=${type}; p=${octets.toString('base64')}`);
  }
  dns.add(domain, 'TXT', options.spf ?? `v=spf1 a:${HOSTNAME} -all`);
  dns.add(`_dmarc.${domain}`, 'TXT', `v=DMARC1; p=${options.dmarc ?? 'reject'}; adkim=s; aspf=s`);
  dns.add(domain, 'MX', { preference: 10, exchange: HOSTNAME });
}

/** Publishes a mailbox whose password is PASSWORD; gives its id. */
export async function publishMailbox(
  db: Db,
  address: string,
  options: { quotaBytes?: number; dailySendLimit?: number; appPassword?: string; status?: string } = {},
): Promise<string> {
  const id = newId();
  const { quotaBytes, dailySendLimit, appPassword, status } = options;
  // The cheapest parameters argon2 knows: what they protect is published above.
  const cheap = { memoryCost: 8, timeCost: 1 };
  await db
    .insertInto('published.mailbox')
    .values({
      id,
      workspace_id: workspaceId,
      address,
      domain: address.slice(address.lastIndexOf('@') + 1),
      password_hash: await hash(PASSWORD, cheap),
      app_password_hash: appPassword ? await hash(appPassword, cheap) : null,
      ...(quotaBytes === undefined ? {} : { quota_bytes: quotaBytes }),
      ...(dailySendLimit === undefined ? {} : { daily_send_limit: dailySendLimit }),
      ...(status === undefined ? {} : { status }),
    })
    .execute();
  return id;
}

/** Has a domain send its mail on, as published.mail_forward says. */
export async function publishForward(
  db: Db,
  domain: string,
  kind: 'forward' | 'catch_all',
  targetAddress: string,
): Promise<void> {
  await db
    .insertInto('published.mail_forward')
    .values({ domain, kind, target_address: targetAddress })
    .execute();
}

/** A nodemailer client signed in to submission, over STARTTLS unless told otherwise. */
export function submissionClient(
  plane: Pick<TestPlane, 'tls' | 'submissionPort' | 'submissionsPort'>,
  user: string,
  options: { pass?: string; implicitTls?: boolean; authMethod?: 'PLAIN' | 'LOGIN' } = {},
) {
  const { pass = PASSWORD, implicitTls = false, authMethod } = options;
  return nodemailer.createTransport({
    host: '127.0.0.1',
    port: implicitTls ? plane.submissionsPort : plane.submissionPort,
    secure: implicitTls,
    requireTLS: !implicitTls,
    tls: { ca: plane.tls.cert, servername: HOSTNAME },
    auth: { user, pass },
    ...(authMethod ? { authMethod } : {}),
  });
}

export type StoredMessage = { folder: string; raw: string };

/** Everything in a mailbox, oldest first. */
export async function storedMessages(db: Db, mailboxId: string): Promise<StoredMessage[]> {
  const rows = await db
    .selectFrom('mail.message as m')
    .innerJoin('mail.folder as f', 'f.id', 'm.folder_id')
    .innerJoin('mail.content as c', 'c.sha256', 'm.sha256')
    .select(['f.name', 'c.raw'])
    .where('f.mailbox_id', '=', mailboxId)
    .orderBy('m.internal_date')
    .orderBy('m.uid')
    .execute();
  return rows.map(({ name, raw }) => ({ folder: name, raw: raw.toString('utf8') }));
}
