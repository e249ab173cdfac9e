// Proves what a mailbox may sign in with and send as: every address of its own, and only what is good at that moment.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { PASSWORD, publishDomain, publishMailbox, startTestPlane, type TestPlane } from '../testing/plane.ts';
import { connectRawSmtp, type RawSmtp } from '../testing/raw-smtp.ts';

const database = useTestDatabase();
let plane: TestPlane;
const ANN = 'ann@sender.example';

beforeAll(async () => {
  plane = await startTestPlane(database);
  await publishDomain(plane, 'sender.example');
  await publishMailbox(plane.db, ANN);
});
afterAll(() => plane.close());

/** A raw session over TLS that is signed in. */
const signedIn = async (user: string): Promise<RawSmtp> => {
  const client = await connectRawSmtp(plane.submissionsPort, { implicitTls: true });
  await client.send('EHLO client.example\r\n');
  const plain = Buffer.from(`\0${user}\0${PASSWORD}`).toString('base64');
  expect(await client.send(`AUTH PLAIN ${plain}\r\n`)).toMatch(/^235 /);
  return client;
};

describe('a submission', () => {
  it('stops a session whose password was changed after it signed in', async () => {
    const address = 'changed@sender.example';
    const id = await publishMailbox(plane.db, address);
    const client = await signedIn(address);
    await plane.db.updateTable('published.mailbox').set({ login_version: 2 }).where('id', '=', id).execute();
    await client.send(`MAIL FROM:<${address}>\r\n`);
    await client.send('RCPT TO:<x@elsewhere.example>\r\n');
    await client.send('DATA\r\n');
    expect(await client.send(`From: ${address}\r\n\r\nhi\r\n.\r\n`)).toMatch(/^421 4\.7\.0 .*sign in again/);
    client.close();
  });

  it('lets a mailbox sign in with and send as its aliases, and as nobody else’s', async () => {
    const address = 'new@sender.example';
    const id = await publishMailbox(plane.db, address);
    await plane.db
      .insertInto('published.mailbox_alias')
      .values({ address: 'old@sender.example', mailbox_id: id })
      .execute();
    const replies = async (user: string, from: string) => {
      const client = await signedIn(user);
      const sender = await client.send(`MAIL FROM:<${from}>\r\n`);
      await client.send('RCPT TO:<x@elsewhere.example>\r\n');
      await client.send('DATA\r\n');
      const done = await client.send(`From: ${from}\r\n\r\nhi\r\n.\r\n`);
      client.close();
      return `${sender.slice(0, 3)} ${done.slice(0, 3)}`;
    };
    for (const user of [address, 'OLD@sender.example']) {
      for (const from of [address, 'old@sender.example', 'old+x@sender.example']) {
        expect(await replies(user, from), `${user} as ${from}`).toBe('250 250');
      }
      expect(await replies(user, ANN)).toMatch(/^553/);
    }
    expect(await replies(ANN, 'old@sender.example')).toMatch(/^553/);
  });
});
