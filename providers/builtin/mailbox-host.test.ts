// The built-in mailbox host: the role's conformance over connections that break, and what it leaves in `published`.
import { verify } from '@node-rs/argon2';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { failureOf } from '../contracts/failure.conformance.ts';
import { mailboxHostConformance } from '../contracts/mailbox-host.conformance.ts';
import type { CreateMailbox, MailboxHost } from '../contracts/mailbox-host.ts';
import { createDkimKeyStock, type DkimKeyStock } from './dkim-key-stock.ts';
import { publicKeyDerOf } from './dkim-keys.ts';
import { createMailboxHost, type MailboxHostSettings } from './mailbox-host.ts';
import { openFaultyDatabase, testSecrets } from './testing.ts';

const database = useTestDatabase();

const settings: MailboxHostSettings = {
  mailHost: 'mail.inboxkit.example',
  spf: { mx: true, include: [], ip4: ['127.0.0.1'], ip6: [] },
  clientPorts: { imaps: 2993, submissions: 2465, submission: 2587 },
  access: {
    smtp: { host: 'mail.inboxkit.example', port: 2465, security: 'tls', connectTo: '127.0.0.1' },
    imap: { host: 'mail.inboxkit.example', port: 2993, security: 'tls', connectTo: '127.0.0.1' },
  },
};

let names = 0;
const freshName = () => `northpeak${names++}.com`;

const openHost = (db: Db, keyStock: DkimKeyStock) =>
  createMailboxHost({ db, secrets: testSecrets, clock: systemClock, keyStock, settings });
const openStock = (size: number, db: Db = database.db) =>
  createDkimKeyStock({ db, secrets: testSecrets, clock: systemClock, size });

/** Asks what the mail plane asks: the hashes of an active mailbox. */
const signIn = async (address: string, secret: string): Promise<boolean> => {
  const row = await database.db
    .selectFrom('published.mailbox')
    .select(['password_hash', 'app_password_hash'])
    .where('address', '=', address)
    .where('status', '=', 'active')
    .executeTakeFirst();
  if (!row) return false;
  const hashes = [row.password_hash, row.app_password_hash].filter((hash) => hash !== null);
  return (await Promise.all(hashes.map((hash) => verify(hash, secret)))).includes(true);
};

describe('with a stock of keys', () => {
  beforeAll(() => openStock(12).topUp());

  mailboxHostConformance('the built-in mailbox host', async () => {
    const { db, faults, close } = await openFaultyDatabase(database.url);
    // Its own stock takes from the shared table and is not filled over the connection that breaks.
    return { mailboxHost: openHost(db, openStock(0, db)), freshName, signIn, faults, cleanUp: close };
  });
});

describe('the built-in mailbox host', () => {
  let host: MailboxHost;
  let domain: string;
  const workspaceId = crypto.randomUUID();

  beforeEach(() => {
    host = openHost(database.db, openStock(0));
    domain = freshName();
  });

  const mara = (changes: Partial<CreateMailbox> = {}): CreateMailbox => ({
    id: crypto.randomUUID(),
    workspaceId,
    address: `mara@${domain}`,
    displayName: 'Mara Voss',
    platform: 'SMTP',
    password: 'correct-horse-Battery-9',
    appPassword: 'qwjxkdbnvhpslfty',
    idempotencyKey: 'unused',
    ...changes,
  });
  const mailboxRow = () =>
    database.db
      .selectFrom('published.mailbox')
      .selectAll()
      .where('domain', '=', domain)
      .executeTakeFirstOrThrow();

  test('tells a domain where its mail goes, as the settings say', async () => {
    const { dkim, ...setup } = await host.setUpDomain({ name: domain, workspaceId });
    expect(setup).toEqual(settings);
    expect(dkim.map((key) => `${key.selector} ${key.algorithm}`)).toEqual([
      'ik1 rsa-sha256',
      'ik2 ed25519-sha256',
    ]);
  });

  test('seals signing keys for exactly their place, where they belong to the published halves', async () => {
    const { dkim } = await host.setUpDomain({ name: domain, workspaceId });
    const rows = await database.db
      .selectFrom('published.dkim_key')
      .selectAll()
      .where('domain', '=', domain)
      .orderBy('selector')
      .execute();
    expect(rows).toHaveLength(2);
    for (const [index, row] of rows.entries()) {
      const { selector, publicKeyDer } = dkim[index]!;
      const pem = testSecrets.open(row.private_key_sealed, `published.dkim_key:${domain}:${selector}`);
      expect(publicKeyDerOf(pem)).toBe(publicKeyDer);
      expect(() =>
        testSecrets.open(row.private_key_sealed, `published.dkim_key:x.com:${selector}`),
      ).toThrow();
    }
  });

  test('takes the RSA key of a new domain out of the stock', async () => {
    const stock = openStock(1);
    await stock.topUp();
    await stock.close();
    const before = await database.db.selectFrom('dkim_key_stock').selectAll().execute();
    const keys = before.map((row) =>
      publicKeyDerOf(testSecrets.open(row.private_key_sealed, `dkim_key_stock:${row.id}`)),
    );
    const { dkim } = await host.setUpDomain({ name: domain, workspaceId });
    expect(keys).toContain(dkim[0]?.publicKeyDer);
    const after = await database.db.selectFrom('dkim_key_stock').selectAll().execute();
    expect(after).toHaveLength(before.length - 1);
  });

  test('fills the stock up again after a domain took from it', async () => {
    await database.db.deleteFrom('dkim_key_stock').execute();
    const stock = openStock(1);
    await openHost(database.db, stock).setUpDomain({ name: domain, workspaceId });
    await stock.topUp();
    expect(await database.db.selectFrom('dkim_key_stock').selectAll().execute()).toHaveLength(1);
    await stock.close();
  });

  test('keeps passwords as argon2id at the cost OWASP asks for, and random app passwords at a low one', async () => {
    await host.setUpDomain({ name: domain, workspaceId });
    await host.createMailbox(mara());
    const row = await mailboxRow();
    expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(row.app_password_hash).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
  });

  test('hashes an app password too short to be random at the full cost', async () => {
    await host.setUpDomain({ name: domain, workspaceId });
    await host.createMailbox(mara({ appPassword: 'summer26' }));
    expect((await mailboxRow()).app_password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('keeps a domain with the workspace that set it up', async () => {
    await host.setUpDomain({ name: domain, workspaceId });
    const other = crypto.randomUUID();
    const ofAnother = { kind: 'conflict', reason: 'domain_of_another_workspace' };
    expect(await failureOf(host.setUpDomain({ name: domain, workspaceId: other }))).toMatchObject(ofAnother);
    expect(await failureOf(host.createMailbox(mara({ workspaceId: other })))).toMatchObject(ofAnother);
  });

  test.for(['localhost', 'Northpeak.com', 'north peak.com', '[127.0.0.1]', ''])(
    'refuses to set up "%s"',
    async (name) => {
      expect(await failureOf(host.setUpDomain({ name, workspaceId }))).toMatchObject({
        kind: 'rejected',
        reason: 'invalid_domain',
      });
    },
  );
});
