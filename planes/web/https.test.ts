// The whole way: a host is forwarded, an authority looks for its challenge and issues, a visitor comes over HTTPS.
// Always against the authority of the tests, and against Pebble too where it is installed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../database/clock.ts';
import { openDatabase } from '../../database/database.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { createCertificateWorker } from './acme/worker.ts';
import { startTestAuthority } from './testing/authority.ts';
import { forward, log, mailServers, secretBox } from './testing/forwarded.ts';
import { freePort } from './testing/free-port.ts';
import { hasPebble, startPebble } from './testing/pebble.ts';
import { shownFor, visit, visitSecurely } from './testing/visitor.ts';
import { startWebPlane, type WebPlane, type WebPlaneOptions } from './web-plane.ts';

// For what happens in the background; a loaded machine may take long.
const SOON = { timeout: 30_000 };
const REFUSED = 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE';

type Authority = { directoryUrl: string; caPem: string; rootPem: string; close(): Promise<void> };

const authorities = [
  {
    name: 'an authority that speaks RFC 8555',
    start: async (httpPort: number): Promise<Authority> => {
      const authority = await startTestAuthority();
      authority.httpPorts = [httpPort];
      return authority;
    },
  },
  ...(hasPebble() ? [{ name: 'Pebble', start: startPebble }] : []),
];

describe.each(authorities)('with $name, a web plane', ({ start }) => {
  const database = useTestDatabase();
  let authority: Authority;
  let options: WebPlaneOptions;
  let plane: WebPlane;

  beforeAll(async () => {
    const port = await freePort();
    authority = await start(port);
    const { directoryUrl, caPem } = authority;
    const acme = { directoryUrl, caPem, email: 'hostmaster@example.net' };
    const https = { databaseUrl: database.url, port: 0, secretBox, acme };
    options = { db: database.db, host: '127.0.0.1', port, https, mailServers, log };
    plane = await startWebPlane(options);
  });
  afterAll(async () => {
    await plane?.close();
    await authority?.close();
  });

  const issued = async (name: string): Promise<string> => {
    await expect.poll(() => shownFor(plane.tlsPort!, name), SOON).not.toMatch(/^E/);
    return shownFor(plane.tlsPort!, name);
  };
  const workerOptions = () => {
    const { databaseUrl, acme } = options.https!;
    return { databaseUrl, db: database.db, secretBox, acme, clock: systemClock, log };
  };
  const visitor = (host: string, path = '/', header?: string) =>
    visitSecurely(plane.tlsPort!, host, path, { ca: authority.rootPem, header });

  test('shows a certificate for the hosts at which mail programs look for the settings of a domain', async () => {
    const domain = { name: 'mailed.example', workspace_id: newId() };
    await database.db.insertInto('published.mail_domain').values(domain).execute();
    for (const [label, path] of [
      ['autoconfig', '/mail/config-v1.1.xml'],
      ['autodiscover', '/autodiscover/autodiscover.xml'],
    ]) {
      const ask = () =>
        visitSecurely(plane.tlsPort!, `${label}.mailed.example`, path!, { ca: authority.rootPem }).catch(
          () => null,
        );
      await expect.poll(async () => (await ask())?.status, { timeout: 20_000 }).toBe(200);
    }
  });

  test('redirects a host and its www over HTTPS with one certificate, and keeps the path where told to', async () => {
    await forward(database.db, ['north.example', 'www.north.example'], {
      target_url: 'https://target.example/base',
      keep_path: true,
      permanent: true,
    });
    const serial = await issued('north.example');
    expect(await shownFor(plane.tlsPort!, 'www.north.example')).toBe(serial);
    const location = 'https://target.example/base/a?b=c';
    expect(await visitor('north.example', '/a?b=c')).toMatchObject({ status: 301, location });
    expect(await visitor('www.north.example', '/a?b=c')).toMatchObject({ status: 301, location });
  });

  test('goes straight to the target over HTTP too, before and after there is a certificate', async () => {
    await forward(database.db, ['both.example']);
    const expected = { status: 302, location: 'https://target.example/' };
    expect(await visit(plane.port, 'both.example')).toMatchObject(expected);
    await issued('both.example');
    expect(await visit(plane.port, 'both.example')).toMatchObject(expected);
  });

  test('refuses the handshake for a name without a certificate, and for none', async () => {
    await forward(database.db, ['known.example']);
    await issued('known.example');
    expect(await shownFor(plane.tlsPort!, 'unknown.example')).toBe(REFUSED);
    expect(await shownFor(plane.tlsPort!, 'www.known.example')).toBe(REFUSED);
    expect(await shownFor(plane.tlsPort!, undefined)).toBe(REFUSED);
  });

  test('answers 404 over HTTPS for a host that is not forwarded', async () => {
    await forward(database.db, ['front.example']);
    await issued('front.example');
    expect(await visitor('front.example', '/', 'unknown.example')).toMatchObject({
      status: 404,
      location: undefined,
    });
  });

  test('answers the challenges of orders that another process placed', async () => {
    await plane.close();
    await forward(database.db, ['shared.example', 'www.shared.example']);
    // One only orders, the other only listens, where the authority looks.
    const orderer = createCertificateWorker(workerOptions());
    const listener = await startWebPlane({ ...options, https: null });
    try {
      await orderer.runDue();
    } finally {
      await listener.close();
      await orderer.close();
      plane = await startWebPlane(options);
    }
    expect(await visitor('www.shared.example')).toMatchObject({ status: 302 });
  });

  test('shows a renewed certificate from the next handshake on, without a restart', async () => {
    await forward(database.db, ['renewed.example']);
    const first = await issued('renewed.example');
    await database.db
      .updateTable('web.certificate')
      .set({ due_at: new Date(0) })
      .where('name', '=', 'renewed.example')
      .execute();
    const renewer = createCertificateWorker(workerOptions());
    await renewer.runDue();
    await renewer.close();
    await expect.poll(() => shownFor(plane.tlsPort!, 'renewed.example'), SOON).not.toBe(first);
    expect(await visitor('renewed.example')).toMatchObject({ status: 302 });
  });

  test('keeps no private key in the database that can be read without the sealing key', async () => {
    await forward(database.db, ['sealed.example']);
    await issued('sealed.example');
    const rows = [
      await database.db.selectFrom('web.acme_account').selectAll().execute(),
      await database.db.selectFrom('web.certificate').selectAll().execute(),
    ];
    expect(JSON.stringify(rows)).not.toContain('PRIVATE KEY');
    const [account] = rows[0] as { key_sealed: string; directory_url: string }[];
    expect(secretBox.open(account!.key_sealed, `web.acme_account:${account!.directory_url}`)).toContain(
      'PRIVATE KEY',
    );
  });

  test('goes on showing what it has shown while the database is away', async () => {
    await forward(database.db, ['lasting.example']);
    const serial = await issued('lasting.example');
    const db = openDatabase(database.url, { poolSize: 2 });
    const other = await startWebPlane({ ...options, db, port: 0 });
    const ca = authority.rootPem;
    const redirect = () => visitSecurely(other.tlsPort!, 'lasting.example', '/', { ca });
    expect(await redirect()).toMatchObject({ status: 302 });
    await db.destroy();
    // Has it read again, which fails.
    await database.db
      .updateTable('web.certificate')
      .set((eb) => ({ chain_pem: eb.ref('chain_pem') }))
      .execute();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await shownFor(other.tlsPort!, 'lasting.example')).toBe(serial);
    expect(await redirect()).toMatchObject({ status: 302 });
    await other.close();
  });
});
