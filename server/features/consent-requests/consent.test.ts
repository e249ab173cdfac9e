// Consent requests end to end: a client library of its own begins, the request signs in with a real browser and agrees,
// the client gets its tokens, and mail goes out and is read with them. And every way in which it can end otherwise.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ImapFlow } from 'imapflow';
import nodemailer from 'nodemailer';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { askUntil } from '../../testing/follow.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32', INBOXKIT_CONSENT_TIME_LIMIT_S: '60' });

/** The client's own server: keeps the address that browsers came back to. */
let callback: Server;
let origin: string;
const arrived: URL[] = [];
let answer: { status: number; headers?: Record<string, string>; body?: string } = {
  status: 200,
  body: 'Thank you',
};
const pages = new Map<
  string,
  (url: URL) => { status: number; headers?: Record<string, string>; body?: string }
>();

let mailboxes: { uid: string; email: string }[];
type App = { id: string; uid: string; secret: string };
let app: App;

beforeAll(async () => {
  callback = createServer((request, response) => {
    const url = new URL(request.url!, origin);
    const page = pages.get(url.pathname);
    if (url.pathname === '/done') arrived.push(url);
    const { status, headers, body } = page ? page(url) : answer;
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(callback.address() as AddressInfo).port}`;
  const domain = await activeDomain(api);
  mailboxes = await activeMailboxes(api, domain.name, ['mara', 'otto', 'pia', 'quin', 'rosa']);
  app = await newApp();
});
afterAll(() => callback.close());

const newApp = async (): Promise<App> => {
  const { status, body } = await api.post('/oauth-clients', {
    name: 'Outreach Desk',
    redirect_uris: [`${origin}/done`],
  });
  expect(status, JSON.stringify(body)).toBe(201);
  expect(body.issuer).toBe(api.installation.identityUrl);
  return { id: body.client_id, uid: body.client.uid, secret: body.client_secret };
};

const connect = ({ id, secret }: App) =>
  client.discovery(new URL(api.installation.identityUrl), id, secret, undefined, {
    execute: [client.allowInsecureRequests],
  });

const consentUrl = async (to: App, over: Record<string, string> = {}) => {
  const config = await connect(to);
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${origin}/done`,
    scope: 'openid email mail offline_access',
    prompt: 'consent',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...over,
  });
  return { url: url.href, config, verifier, state };
};

const initiate = async (body: object): Promise<Body> => {
  const { status, body: answered } = await api.post('/mailboxes/consent-request/initiate', body);
  expect(status, JSON.stringify(answered)).toBe(200);
  return answered.data;
};

const status = async (uid: string): Promise<Body> =>
  (await api.get(`/mailboxes/consent-request/status/${uid}`)).body.data;
const ended = (uid: string): Promise<Body> =>
  askUntil(
    () => status(uid),
    (request) => ['completed', 'failed', 'errored', 'cancelled'].includes(request.status),
  );
const outcome = async (body: object): Promise<Body> => ended((await initiate(body)).uid);

test('a client gets tokens by a consent request, sends with them and reads with them', async () => {
  const mara = mailboxes[0]!;
  const { url, config, verifier, state } = await consentUrl(app);
  const begun = await initiate({
    mailbox_uid: mara.uid,
    consent_url: url,
    request_data: { client_id: app.id },
  });
  expect(begun).toMatchObject({ status: 'queued', mailbox_email: mara.email });
  expect(await ended(begun.uid)).toMatchObject({
    status: 'completed',
    status_reason: null,
    reason_code: null,
    mailbox: mara,
    completed_at: expect.any(String),
  });
  const told = await api.database.db
    .selectFrom('event')
    .select('data')
    .where('subject_uid', '=', begun.uid)
    .orderBy('seq')
    .execute();
  expect(told.map(({ data }) => (data as Body).status)).toEqual([
    'queued',
    'pending',
    'processing',
    'completed',
  ]);

  const back = arrived.find((seen) => seen.searchParams.get('state') === state)!;
  const tokens = await client.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  const { ports, context } = api.installation;
  const access = await context.providers.mailboxHost('GOOGLE').access();
  const tls = { ca: access.imap.ca, servername: access.imap.host };
  const auth = { user: mara.email, accessToken: tokens.access_token };
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: ports.submissions,
    secure: true,
    tls,
    auth: { type: 'OAuth2', ...auth },
  });
  await transport.sendMail({ from: mara.email, to: mara.email, subject: 'by consent', text: 'hello' });
  transport.close();
  const imap = new ImapFlow({ host: '127.0.0.1', port: ports.imaps, secure: true, tls, auth, logger: false });
  await imap.connect();
  await imap.mailboxOpen('INBOX');
  await expect.poll(() => imap.search({ subject: 'by consent' }), { timeout: 30_000 }).toHaveLength(1);
  await imap.logout();

  const { data: seen } = (await api.get(`/mailboxes/consent-request/evidence?uid=${begun.uid}`)).body;
  expect(seen.map(({ step }: Body) => step)).toEqual(['password', 'code', 'consent', 'client_answered']);
  for (const { url } of seen) expect(url).not.toMatch(/[?#]/);
  const picture = await fetch(`${api.installation.baseUrl}${seen[0].screenshot}`, {
    headers: { Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid },
  });
  expect([picture.headers.get('content-type'), (await picture.arrayBuffer()).byteLength > 1000]).toEqual([
    'image/jpeg',
    true,
  ]);
});

test('consent that was given already is found at once, and a request by username and domain is the same', async () => {
  const [username, domain] = mailboxes[0]!.email.split('@');
  const { url } = await consentUrl(app);
  expect(await outcome({ username, domain, consent_url: url })).toMatchObject({ status: 'completed' });
});

test('a client that opens the sign-in in a window of its own is followed there', async () => {
  const { url } = await consentUrl(app);
  pages.set('/start', () => ({
    status: 200,
    body: `<p>Connecting</p><script>window.open(${JSON.stringify(url)})</script>`,
  }));
  const request = {
    mailbox_uid: mailboxes[1]!.uid,
    consent_url: `${origin}/start`,
    request_data: { client_id: app.id },
  };
  expect(await outcome(request)).toMatchObject({ status: 'completed' });
});

describe('a request that is refused before anything is opened', () => {
  const refused = async (body: object) => {
    const answered = await api.post('/mailboxes/consent-request/initiate', body);
    return [answered.status, answered.body.code];
  };

  test('is for a mailbox that the workspace does not have', async () => {
    const { url } = await consentUrl(app);
    const stranger = await addTeam(api.installation);
    const body = { mailbox_uid: mailboxes[0]!.uid, consent_url: url };
    const options = { key: stranger.key, workspace: stranger.workspaceUid };
    const answered = await api.post('/mailboxes/consent-request/initiate', body, options);
    expect([answered.status, answered.body.code]).toEqual([404, 'mailbox_not_found']);
    expect(await refused({ username: 'nobody', domain: 'nowhere.example', consent_url: url })).toEqual([
      404,
      'mailbox_not_found',
    ]);
  });

  test('is for a client, a host or a scope that is not on the list', async () => {
    const mailbox_uid = mailboxes[0]!.uid;
    const at = (over: Record<string, string>) => {
      const url = new URL(`${api.installation.identityUrl}/auth?response_type=code`);
      for (const [name, value] of Object.entries({ client_id: app.id, ...over }))
        url.searchParams.set(name, value);
      return { mailbox_uid, consent_url: url.href };
    };
    expect(await refused(at({ client_id: 'unknown' }))).toEqual([400, 'oauth_client_not_allowed']);
    expect(await refused({ mailbox_uid, consent_url: `${origin}/start` })).toEqual([
      400,
      'oauth_client_not_allowed',
    ]);
    expect(await refused(at({ redirect_uri: 'https://evil.example/' }))).toEqual([
      400,
      'consent_url_not_allowed',
    ]);
    expect(await refused(at({ scope: 'openid everything' }))).toEqual([400, 'consent_url_not_allowed']);
    expect(await refused({ mailbox_uid, consent_url: `https://evil.example/?client_id=${app.id}` })).toEqual([
      400,
      'consent_url_not_allowed',
    ]);
  });

  test('is for a client whose second approver has not agreed', async () => {
    const approver = (await api.post('/keys', { name: 'Second', scopes: ['read', 'write', 'admin'] })).body;
    const client_id = 'outside-client';
    const allowed = await api.post('/oauth-clients/allow', {
      client_id,
      hosts: ['127.0.0.1'],
      scopes: ['openid'],
      second_approver: approver.key.uid,
    });
    expect([allowed.status, allowed.body.client.approved]).toEqual([201, false]);
    const request = {
      mailbox_uid: mailboxes[0]!.uid,
      consent_url: `${origin}/nothing`,
      request_data: { client_id },
    };
    expect(await refused(request)).toEqual([400, 'oauth_client_not_allowed']);
    const { uid } = allowed.body.client;
    const self = await api.post('/oauth-clients/approve', { uid });
    expect([self.status, self.body.code]).toEqual([403, 'not_the_approver']);
    const approved = await api.post('/oauth-clients/approve', { uid }, { key: approver.api_key });
    expect([approved.status, approved.body.client.approved]).toEqual([200, true]);
  });
});

describe('a request that leads where it may not', () => {
  const led = async (
    path: string,
    page: () => { status: number; headers: Record<string, string> },
    to = app.id,
  ) => {
    pages.set(path, page);
    const request = {
      mailbox_uid: mailboxes[2]!.uid,
      consent_url: `${origin}${path}`,
      request_data: { client_id: to },
    };
    const { status, reason_code } = await outcome(request);
    return [status, reason_code];
  };
  const redirectTo = (location: string) => () => ({ status: 302, headers: { location } });

  test('ends at a host that is not on the list', async () => {
    expect(await led('/away', redirectTo('http://evil.example/'))).toEqual(['failed', 'host_not_allowed']);
  });

  test('ends before it reaches a service inside', async () => {
    const client_id = 'inside-client';
    await api.post('/oauth-clients/allow', {
      client_id,
      hosts: ['127.0.0.1', '127.0.0.2'],
      scopes: ['openid'],
    });
    const { port } = callback.address() as AddressInfo;
    const inside = redirectTo(`http://127.0.0.2:${port}/secret`);
    expect(await led('/inside', inside, client_id)).toEqual(['failed', 'address_not_allowed']);
  });

  test('ends at another client, and at more scopes than the client may have', async () => {
    const other = await consentUrl(await newApp());
    expect(await led('/other', redirectTo(other.url))).toEqual(['failed', 'client_not_allowed']);
    const more = new URL((await consentUrl(app)).url);
    more.searchParams.set('scope', 'openid everything');
    expect(await led('/more', redirectTo(more.href))).toEqual(['failed', 'scope_not_allowed']);
  });
});

describe('a request that is refused at the pages', () => {
  test('says that the password is wrong, and ends well when it is right and tried again', async () => {
    const pia = mailboxes[2]!;
    const host = api.installation.context.providers.mailboxHost('GOOGLE');
    await host.setPassword(pia.uid, 'something-Else-4711', null);
    const { url } = await consentUrl(app);
    const failed = await outcome({ mailbox_uid: pia.uid, consent_url: url });
    expect(failed).toMatchObject({
      status: 'failed',
      reason_code: 'wrong_password',
      status_text: 'Could not finish consent',
    });
    const { password } = (await api.get(`/mailboxes/show-credentials?uid=${pia.uid}`)).body;
    await host.setPassword(pia.uid, password, null);
    const retried = await api.post('/mailboxes/consent-request/retry', { uid: failed.uid });
    expect([retried.status, retried.body.data.status]).toEqual([200, 'queued']);
    expect(await ended(failed.uid)).toMatchObject({ status: 'completed', reason_code: null });
    const again = await api.post('/mailboxes/consent-request/retry', { uid: failed.uid });
    expect([again.status, again.body.code]).toEqual([409, 'consent_request_not_retryable']);
  });

  test('says that the mailbox is locked out', async () => {
    const quin = mailboxes[3]!;
    await api.database.db
      .insertInto('identity.sign_in_guard')
      .values({
        key: `address ${quin.email}`,
        failures: 5,
        last_failure_at: new Date(),
        locked_until: new Date(Date.now() + 600_000),
      })
      .execute();
    const { url } = await consentUrl(app);
    expect(await outcome({ mailbox_uid: quin.uid, consent_url: url })).toMatchObject({
      status: 'failed',
      reason_code: 'locked_out',
    });
  });

  test('says that the client was taken from the sign-in pages, or does not take its answer', async () => {
    const rosa = mailboxes[4]!;
    const gone = await newApp();
    const { url } = await consentUrl(gone);
    await api.database.db.deleteFrom('published.oauth_client').where('client_id', '=', gone.id).execute();
    expect(await outcome({ mailbox_uid: rosa.uid, consent_url: url })).toMatchObject({
      status: 'failed',
      reason_code: 'client_unknown',
    });
    answer = { status: 500 };
    const deaf = await outcome({ mailbox_uid: rosa.uid, consent_url: (await consentUrl(app)).url });
    answer = { status: 200, body: 'Thank you' };
    expect(deaf).toMatchObject({ status: 'failed', reason_code: 'callback_failed' });
  });
});

test('many are begun at once or none, are listed with filters, and can be cancelled before their turn', async () => {
  const wishes = [];
  for (let count = 0; count < 3; count += 1) {
    wishes.push({ mailbox_uid: mailboxes[1]!.uid, consent_url: (await consentUrl(app)).url });
  }
  const path = '/mailboxes/consent-request/bulk-initiate';
  const broken = [
    ...wishes,
    { username: 'nobody', domain: 'nowhere.example', consent_url: wishes[0]!.consent_url },
  ];
  const before = (await api.get('/mailboxes/consent-requests')).body.total;
  expect((await api.post(path, { requests: broken })).status).toBe(404);
  expect((await api.get('/mailboxes/consent-requests')).body.total).toBe(before);

  const { data } = (await api.post(path, { requests: wishes })).body;
  expect(data).toHaveLength(3);
  // Of one mailbox one at a time: the last has not had its turn.
  const last = data[2].uid;
  const cancelled = await api.post('/mailboxes/consent-request/cancel', { uid: last });
  expect(cancelled.body.data).toMatchObject({ status: 'cancelled', status_text: 'Cancelled' });
  const over = await api.post('/mailboxes/consent-request/cancel', { uid: last });
  expect([over.status, over.body.code]).toEqual([409, 'consent_request_over']);
  const query = `status=cancelled&mailbox_uid=${mailboxes[1]!.uid}&limit=5&offset=0`;
  const listed = (await api.get(`/mailboxes/consent-requests?${query}`)).body;
  expect([listed.total, listed.data.map(({ uid }: Body) => uid)]).toEqual([1, [last]]);
  for (const { uid } of data.slice(0, 2)) expect((await ended(uid)).status).toBe('completed');
});

test('a domain of this installation takes a client at once, and consent goes on from there', async () => {
  const rosa = mailboxes[4]!;
  const domain_name = rosa.email.split('@')[1];
  const registered = await api.post('/mailboxes/client-id-request/initiate', {
    client_id: app.id,
    domain_name,
    mailbox_email: rosa.email,
  });
  expect(registered.body.data).toMatchObject({ status: 'completed', domain_name });
  const { data: listed } = (await api.get('/mailboxes/client-id-requests?page=1&limit=10')).body;
  expect(listed.map(({ uid }: Body) => uid)).toEqual([registered.body.data.uid]);
  const begun = await api.post('/mailboxes/client-id-request/initiate-consent-request', {
    uid: registered.body.data.uid,
    consent_url: (await consentUrl(app)).url,
  });
  expect(await ended(begun.body.data.uid)).toMatchObject({ status: 'completed', mailbox: rosa });
});
