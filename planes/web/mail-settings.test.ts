// Mail programs find the settings of a domain that has mail here, over HTTP, and nobody else finds anything.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { forward, log, mailServers } from './testing/forwarded.ts';
import { visit } from './testing/visitor.ts';
import { startWebPlane, type WebPlane } from './web-plane.ts';

const database = useTestDatabase();
let plane: WebPlane;

beforeAll(async () => {
  plane = await startWebPlane({ db: database.db, host: '127.0.0.1', port: 0, https: null, mailServers, log });
  await database.db
    .insertInto('published.mail_domain')
    .values({ name: 'northpeak.com', workspace_id: newId() })
    .execute();
});
afterAll(() => plane.close());

const post = (host: string, body: string, path = '/autodiscover/autodiscover.xml') =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port: plane.port,
      path,
      method: 'POST',
      agent: false,
      headers: { Host: host },
    });
    sent.on('response', async (response) =>
      resolve({ status: response.statusCode!, body: await text(response) }),
    );
    sent.on('error', reject);
    sent.end(body);
  });
const question = (address: string) =>
  `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress></Request></Autodiscover>`;

describe('Thunderbird', () => {
  test('finds the servers at autoconfig of the domain, and at the domain itself', async () => {
    const places: [string, string][] = [
      ['autoconfig.northpeak.com', '/mail/config-v1.1.xml?emailaddress=mara%40northpeak.com'],
      ['northpeak.com', '/.well-known/autoconfig/mail/config-v1.1.xml'],
    ];
    for (const [host, path] of places) {
      const { status, body } = await visit(plane.port, host, path);
      expect(status).toBe(200);
      expect(body).toContain('<domain>northpeak.com</domain>');
      const servers = [
        ...body.matchAll(/<hostname>(.*?)<\/hostname>\s*<port>(\d+)<\/port>\s*<socketType>(\w+)</g),
      ];
      expect(servers.map(([, name, port, socket]) => `${name}:${port} ${socket}`)).toEqual([
        'mail.inboxkit.example:993 SSL',
        'mail.inboxkit.example:465 SSL',
        'mail.inboxkit.example:587 STARTTLS',
      ]);
    }
  });

  test('finds them also at a domain whose visitors are forwarded', async () => {
    await forward(database.db, ['northpeak.com'], { target_url: 'https://site.example/', keep_path: true });
    const path = '/.well-known/autoconfig/mail/config-v1.1.xml';
    expect((await visit(plane.port, 'northpeak.com', path)).status).toBe(200);
    expect((await visit(plane.port, 'northpeak.com', '/anything')).location).toBe(
      'https://site.example/anything',
    );
  });
});

describe('Outlook', () => {
  test('finds the servers and the login of the address it asks for', async () => {
    const { status, body } = await post('autodiscover.northpeak.com', question('Mara@NorthPeak.com'));
    expect(status).toBe(200);
    expect(body).toMatch(
      /<Type>IMAP<\/Type>\s*<Server>mail\.inboxkit\.example<\/Server>\s*<Port>993<\/Port>/,
    );
    expect(body).toMatch(
      /<Type>SMTP<\/Type>\s*<Server>mail\.inboxkit\.example<\/Server>\s*<Port>465<\/Port>/,
    );
    expect(body.match(/<LoginName>Mara@NorthPeak\.com<\/LoginName>/g)).toHaveLength(2);
  });

  test('is told no login for an address of another domain, nor for a question that is none', async () => {
    for (const asked of [question('joe@elsewhere.com'), 'no xml', '', 'x'.repeat(200_000)]) {
      const { status, body } = await post('northpeak.com', asked, '/Autodiscover/Autodiscover.xml');
      expect([status, body.includes('LoginName')]).toEqual([200, false]);
    }
  });
});

test('a domain without mail here has no settings, and other places of the hosts no page', async () => {
  expect((await visit(plane.port, 'autoconfig.elsewhere.com', '/mail/config-v1.1.xml')).status).toBe(404);
  expect((await post('autodiscover.elsewhere.com', question('a@elsewhere.com'))).status).toBe(404);
  for (const path of ['/', '/mail/', '/mail/config-v1.1.xml/x']) {
    expect((await visit(plane.port, 'autoconfig.northpeak.com', path)).status).toBe(404);
  }
});
