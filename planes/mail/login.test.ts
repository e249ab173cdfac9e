// Proves who may sign in, that changes count at once, and that guessing is slow and leaves no secret behind.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../database/clock.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { createLogin, type LoginAttempt } from './login.ts';
import { PASSWORD, publishMailbox } from './testing/plane.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };

const database = useTestDatabase();
let clock: VirtualClock;
let login: Awaited<ReturnType<typeof createLogin>>;
let logged: string;

beforeAll(async () => {
  const domain = { name: 'a.example', workspace_id: newId() };
  await database.db.insertInto('published.mail_domain').values(domain).execute();
});
beforeEach(async () => {
  logged = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  clock = new VirtualClock();
  login = await createLogin({
    databaseUrl: database.url,
    db: database.db,
    clock,
    log: pino({ level: 'trace' }, sink),
  });
});
afterEach(() => login.close());

let mailboxes = 0;
const newMailbox = async (options: Parameters<typeof publishMailbox>[2] = {}) => {
  mailboxes += 1;
  const address = `m${mailboxes}@a.example`;
  return { address, id: await publishMailbox(database.db, address, options) };
};
const attempt = (
  address: string,
  secret = PASSWORD,
  change: Partial<Pick<LoginAttempt, 'protocol' | 'remoteAddress'>> = {},
) => login.authenticate({ address, secret, protocol: 'imap', remoteAddress: '192.0.2.1', ...change });
const update = (id: string, values: { status?: string; password_hash?: string }) =>
  database.db.updateTable('published.mailbox').set(values).where('id', '=', id).execute();

describe('authenticate', () => {
  it('gives the mailbox for its password and its app password, whatever the case of the address', async () => {
    const { address, id } = await newMailbox({
      appPassword: 'app-secret',
      quotaBytes: 77,
      dailySendLimit: 9,
    });
    const mailbox = {
      id,
      aliases: [],
      loginVersion: 1,
      workspaceId: expect.any(String),
      address,
      displayName: '',
      quotaBytes: 77,
      dailySendLimit: 9,
      tokenHash: null,
    };
    expect(await attempt(address)).toEqual(mailbox);
    expect(await attempt(address.toUpperCase(), 'app-secret')).toEqual(mailbox);
  });

  it.each([
    ['a wrong password', () => newMailbox(), 'wrong'],
    ['an empty password', () => newMailbox(), ''],
    ['a suspended mailbox', () => newMailbox({ status: 'suspended' }), PASSWORD],
    ['an unknown address', async () => ({ address: 'nobody@a.example' }), PASSWORD],
    ['what is no address', async () => ({ address: "'; drop table x" }), PASSWORD],
    ['a password longer than any can be', () => newMailbox(), 'x'.repeat(2000)],
  ])('gives null for %s', async (_case, make, secret) => {
    const { address } = await make();
    expect(await attempt(address, secret)).toBeNull();
  });

  it('forgets a remembered login at once when the mailbox is suspended, changed or deleted', async () => {
    for (const change of [
      (id: string) => update(id, { status: 'suspended' }),
      (id: string) =>
        update(id, { password_hash: '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA' }),
      (id: string) => database.db.deleteFrom('published.mailbox').where('id', '=', id).execute(),
    ]) {
      const { address, id } = await newMailbox();
      expect(await attempt(address)).not.toBeNull();
      await change(id);
      await expect.poll(() => attempt(address), SOON).toBeNull();
    }
  });

  it('answers a remembered login without the database, for five minutes', async () => {
    const { address, id } = await newMailbox();
    const first = await attempt(address);
    // Without a trigger there is no notification, so only the memory can answer as before.
    await database.db.transaction().execute(async (tx) => {
      await tx.schema.alterTable('published.mailbox').renameTo('mailbox_away').execute();
    });
    expect(await attempt(address)).toEqual(first);
    await expect(attempt(address, 'another')).rejects.toThrow(/mailbox/);
    await clock.advance(5 * 60_000);
    await expect(attempt(address)).rejects.toThrow(/mailbox/);
    await database.db.schema.alterTable('published.mailbox_away').renameTo('mailbox').execute();
    expect((await attempt(address))?.id).toBe(id);
  });
});

/** Whether an attempt is answered without the clock moving. */
const answersAtOnce = async (pending: Promise<unknown>): Promise<boolean> => {
  let answered = false;
  void pending.then(() => {
    answered = true;
  });
  // It either sleeps on the clock or has been answered; both are seen, none is waited for by the time.
  await expect.poll(() => answered || clock.sleeping > 0, SOON).toBe(true);
  return answered;
};

describe('guessing', () => {
  it('at one address gets slower, from wherever it comes, and even the right password then waits', async () => {
    const { address } = await newMailbox();
    for (let n = 0; n < 5; n += 1) {
      const from = { remoteAddress: `198.51.${n}.1` };
      expect(await answersAtOnce(attempt(address, `guess ${n}`, from))).toBe(true);
    }
    const right = attempt(address, PASSWORD, { remoteAddress: '203.0.113.1' });
    expect(await answersAtOnce(right)).toBe(false);
    await clock.advance(1000);
    expect(await right).not.toBeNull();
  });

  it('from one network gets slower, whichever addresses it tries, and does not touch other networks', async () => {
    const { address } = await newMailbox();
    for (let n = 0; n < 20; n += 1) {
      await attempt(`unknown${n}@a.example`, 'guess', { remoteAddress: `198.51.100.${n}` });
    }
    const same = attempt('unknown-more@a.example', 'guess', { remoteAddress: '198.51.100.99' });
    expect(await answersAtOnce(same)).toBe(false);
    await clock.advance(1000);
    expect(await same).toBeNull();
    expect(await answersAtOnce(attempt(address, PASSWORD, { remoteAddress: '203.0.113.9' }))).toBe(true);
  });

  it('does not lock out the owner on a network that signed in before', async () => {
    const { address } = await newMailbox();
    const home = { remoteAddress: '192.0.2.50' };
    await attempt(address, PASSWORD, home);
    await clock.advance(6 * 60_000);
    for (let n = 0; n < 5; n += 1) await attempt(address, `guess ${n}`, { remoteAddress: '198.51.100.1' });
    const stranger = attempt(address, 'guess', { remoteAddress: '198.51.100.1' });
    expect(await answersAtOnce(stranger)).toBe(false);
    expect(await attempt(address, PASSWORD, { remoteAddress: '192.0.2.51' })).not.toBeNull();
    await clock.advance(1000);
    await stranger;
  });

  it('leaves a line in the log that names the address and never the secret', async () => {
    const { address } = await newMailbox();
    await attempt(address, 'my-secret-guess', { protocol: 'smtp' });
    await attempt(address);
    expect(logged).toContain(address);
    expect(logged).toContain('192.0.2.1');
    expect(logged).not.toContain('my-secret-guess');
    expect(logged).not.toContain(PASSWORD);
  });
});
