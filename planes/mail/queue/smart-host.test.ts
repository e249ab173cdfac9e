// Proves that a smart host gets all mail for elsewhere, signed in and encrypted, and nothing when it is not who it says.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { type QueueFixture, startQueueFixture } from '../testing/queue-fixture.ts';
import type { SmartHost } from './delivery.ts';

const database = useTestDatabase();
let queue: QueueFixture;
let server: SMTPServer;
const taken: { to: string; user: string; secure: boolean }[] = [];

/** A host that takes mail from those who sign in; gives how it is reached. */
const startSmartHost = async (options: { implicitTls?: boolean; name?: string } = {}): Promise<SmartHost> => {
  const { implicitTls = false, name = 'localhost' } = options;
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: [name] });
  server = new SMTPServer({
    secure: implicitTls,
    key: keyPem,
    cert: certPem,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, callback) =>
      password === 'right' ? callback(null, { user: username }) : callback(new Error('wrong')),
    onData: (stream, session, callback) => {
      stream.resume();
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        taken.push({ to, user: String(session.user), secure: session.secure });
        callback(null, '2.0.0 Relayed');
      });
    },
  });
  server.on('error', () => {});
  server.listen(0, 'localhost');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const auth = { user: 'relay-user', password: 'right' };
  return { name: 'localhost', port, implicitTls, auth, ca: certPem };
};

beforeEach(async () => {
  taken.length = 0;
  queue = await startQueueFixture(database);
});
afterEach(async () => {
  await queue.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe('a smart host', () => {
  it.each([{ implicitTls: false }, { implicitTls: true }])(
    'gets all mail for elsewhere, whatever its MX records say, with implicit TLS $implicitTls',
    async ({ implicitTls }) => {
      const smartHost = await startSmartHost({ implicitTls });
      await queue.put(['a@elsewhere.example', 'b@nowhere.invalid']);
      await queue.worker({ smartHost }).runDue();
      expect(taken.map(({ to }) => to).toSorted()).toEqual(['a@elsewhere.example', 'b@nowhere.invalid']);
      expect(taken.every(({ user, secure }) => user === 'relay-user' && secure)).toBe(true);
      expect(queue.remote.taken).toEqual([]);
      expect((await queue.attempts())[0]).toMatchObject({ remote_host: 'localhost' });
    },
  );

  it('is not believed with a certificate for another name: the mail waits', async () => {
    const smartHost = await startSmartHost({ name: 'other.example' });
    await queue.put(['a@elsewhere.example']);
    await queue.worker({ smartHost }).runDue();
    expect(taken).toEqual([]);
    expect(await queue.states()).toEqual(['a@elsewhere.example deferred']);
  });

  it('that does not take our password makes the mail wait, with its words in the history', async () => {
    const smartHost = await startSmartHost();
    await queue.put(['a@elsewhere.example']);
    const auth = { user: 'relay-user', password: 'wrong' };
    await queue.worker({ smartHost: { ...smartHost, auth } }).runDue();
    expect(taken).toEqual([]);
    expect(await queue.states()).toEqual(['a@elsewhere.example deferred']);
    expect((await queue.attempts())[0]?.response).toContain('wrong');
  });
});
