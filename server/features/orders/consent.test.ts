// Orders whose mailboxes agree to a client's consent screen when they are ready, and what goes wrong on the way there:
// slow pages, browsers that die or grow too big, one-time codes that are not taken.
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askUntil } from '../../testing/follow.ts';
import { type HookReceiver, startHookReceiver } from '../../testing/hook-receiver.ts';
import { contact, freshName, mailboxesOn } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({
  INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32',
  INBOXKIT_CONSENT_TIME_LIMIT_S: '90',
  INBOXKIT_CONSENT_BROWSERS: '1',
  INBOXKIT_BROWSER_MEMORY_MB: '400',
});

let client: Server;
let hooks: HookReceiver;
let origin: string;
let clientId: string;
let ordered: Body;
/** What the client's own pages answer, by path; a page without an answer never comes. */
const pages = new Map<string, string>();
let asked: () => void = () => {};

const authorizeUrl = (over: Record<string, string> = {}): string =>
  `${api.installation.identityUrl}/auth?${new URLSearchParams({
    client_id: clientId,
    redirect_uri: `${origin}/done`,
    response_type: 'code',
    scope: 'openid mail',
    prompt: 'consent',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...over,
  })}`;

const place = (name: string, consent_screen_url: string) => {
  const domain = { name, consent_screen_url, mailboxes: mailboxesOn(name, 2) };
  return api.post('/orders', { contact_details: contact, domains: [domain] });
};

beforeAll(async () => {
  client = createServer((request, response) => {
    const { pathname } = new URL(request.url!, origin);
    asked();
    const page = pathname === '/done' ? 'Thank you' : pages.get(pathname);
    if (page !== undefined) response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  });
  await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(client.address() as AddressInfo).port}`;
  const made = await api.post('/oauth-clients', { name: 'Desk', redirect_uris: [`${origin}/done`] });
  clientId = made.body.client_id;
  hooks = await startHookReceiver();
  await api.post('/webhooks', { url: hooks.url('/told'), format: 'inboxkit' });
});
afterAll(() => {
  client.closeAllConnections();
  client.close();
  return hooks.close();
});

describe('an order with a consent screen', () => {
  test('is done when its mailboxes have agreed to it, and says so of each', async () => {
    const placed = await place(freshName(), authorizeUrl());
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    const stages = new Set<string>();
    ordered = await askUntil(
      async () => {
        const { body } = await api.get(`/orders/${placed.body.order_id}`);
        stages.add(body.domains[0].status);
        return body;
      },
      ({ finished_at }) => finished_at !== null,
      60_000,
    );
    expect([ordered.status, ordered.domains[0].status]).toEqual(['done', 'completed']);
    expect(stages).toContain('generating_consent_url');
    for (const { status, consent } of ordered.domains[0].mailboxes) {
      expect([status, consent.status, consent.reason]).toEqual(['active', 'completed', null]);
      const request = await api.get(`/mailboxes/consent-request/status/${consent.request_uid}`);
      expect(request.body.data.client_id).toBe(clientId);
    }
  });

  test('is told of in the form of the reference API, and so is a client-id request', async () => {
    const [mailbox] = ordered.domains[0].mailboxes;
    const registered = await api.post('/mailboxes/client-id-request/initiate', {
      ...{ client_id: clientId, domain_name: ordered.domains[0].name, mailbox_email: mailbox.email },
    });
    const told = (noun: string, uid: string) =>
      hooks.received.filter(({ body }) => body.data[noun]?.uid === uid).map(({ body }) => body);
    const { uid } = registered.body.data;
    await askUntil(
      async () => [told('consent_request', mailbox.consent.request_uid), told('client_id_request', uid)],
      ([consents, clients]) => consents!.length === 4 && clients!.length === 2,
    );
    const consents = told('consent_request', mailbox.consent.request_uid);
    expect(consents.map(({ data }) => data.consent_request.status)).toEqual([
      ...['queued', 'pending', 'processing', 'completed'],
    ]);
    expect(consents.at(-1)).toMatchObject({
      event: 'consent_request.status_changed',
      team_id: api.teamUid,
      team_name: 'My team',
      data: {
        consent_request: {
          ...{ previous_status: 'processing', status_text: expect.any(String), status_reason: null },
          consent_url: expect.stringContaining('client_id='),
        },
        metadata: { workspace_id: api.workspaceUid, domain_name: ordered.domains[0].name },
      },
    });
    expect(told('client_id_request', uid).at(-1)).toMatchObject({
      event: 'client_id_request.status_changed',
      data: { client_id_request: { uid, status: 'completed', domain_name: ordered.domains[0].name } },
    });
  });

  test('is refused before anything is bought when the client may not ask for that', async () => {
    const before = (await api.get('/billing/wallet')).body;
    const unknown = await place(freshName(), authorizeUrl({ client_id: 'nobody' }));
    expect([unknown.status, unknown.body.code]).toEqual([400, 'oauth_client_not_allowed']);
    const more = await place(freshName(), authorizeUrl({ scope: 'openid everything' }));
    expect([more.status, more.body.code]).toEqual([400, 'consent_url_not_allowed']);
    expect((await place(freshName(), 'not an address')).body.code).toBe('validation_failed');
    expect((await api.get('/billing/wallet')).body).toEqual(before);
  });

  test('is done all the same when its mailboxes could not agree, and says why', async () => {
    const client_id = 'taken-off-the-list';
    const allowed = await api.post('/oauth-clients/allow', {
      ...{ client_id, name: 'Gone', hosts: ['127.0.0.1'], scopes: ['openid'] },
    });
    expect(allowed.status, JSON.stringify(allowed.body)).toBe(201);
    const placed = await place(freshName(), `${origin}/gone?client_id=${client_id}`);
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    await api.post('/oauth-clients/delete', { uid: allowed.body.client.uid });
    const ended = await askUntil(
      async () => (await api.get(`/orders/${placed.body.order_id}`)).body,
      ({ finished_at }) => finished_at !== null,
      60_000,
    );
    expect([ended.status, ended.domains[0].status]).toEqual(['done', 'completed']);
    for (const { consent } of ended.domains[0].mailboxes) {
      expect(consent).toMatchObject({ request_uid: null, status: 'refused' });
      expect(consent.reason).toContain('is not on the allow-list');
    }
  });
});

/** The browser processes that the consent worker of this test started. */
const browsersOfThisProcess = async (): Promise<number[]> => {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [status, command] = await Promise.all(
      ['status', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    const isOurs = new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(status!);
    if (isOurs && /chrom|headless/i.test(command!)) found.push(Number(name));
  }
  return found;
};

const dueNow = (uid: string) =>
  api.database.db.updateTable('consent_request').set({ due_at: new Date() }).where('uid', '=', uid).execute();

describe('a consent request', () => {
  const begin = async (consent_url: string, mailbox = 0): Promise<string> => {
    const mailbox_uid = ordered.domains[0].mailboxes[mailbox].uid;
    const body = { mailbox_uid, consent_url, request_data: { client_id: clientId } };
    const begun = await api.post('/mailboxes/consent-request/initiate', body);
    expect(begun.status, JSON.stringify(begun.body)).toBe(200);
    return begun.body.data.uid;
  };
  const when = (uid: string, is: (request: Body) => boolean): Promise<Body> =>
    askUntil(async () => (await api.get(`/mailboxes/consent-request/status/${uid}`)).body.data, is, 60_000);
  const cancel = (uid: string) => api.post('/mailboxes/consent-request/cancel', { uid });
  const tried = (uid: string) => when(uid, ({ reason_code }) => reason_code !== null);

  test('whose page never comes is given up after its time, and tried again later', async () => {
    const uid = await begin(`${origin}/never`);
    expect(await tried(uid)).toMatchObject({
      ...{ status: 'pending', status_text: 'Waiting to try again', reason_code: 'timed_out', attempts: 1 },
    });
    await cancel(uid);
  });

  test('whose browser dies is tried again, and ends well', async () => {
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const uid = await begin(`${origin}/slow`);
    await reached;
    for (const pid of await browsersOfThisProcess()) process.kill(pid, 'SIGKILL');
    expect(await tried(uid)).toMatchObject({
      status: 'pending',
      reason_code: 'browser_crashed',
      attempts: 1,
    });
    pages.set('/slow', `<script>location = ${JSON.stringify(authorizeUrl())}</script>`);
    await dueNow(uid);
    expect(await when(uid, ({ completed_at }) => completed_at !== null)).toMatchObject({
      ...{ status: 'completed', attempts: 2, reason_code: null },
    });
  });

  test('whose page takes more memory than a browser may have says so', async () => {
    pages.set(
      '/greedy',
      '<script>const all = []; setInterval(() => { for (let i = 0; i < 8; i++) all.push(new Uint8Array(8e6).fill(i)) }, 20)</script>',
    );
    const uid = await begin(`${origin}/greedy`);
    const { reason_code, status_reason } = await tried(uid);
    expect([reason_code, status_reason]).toEqual([
      'browser_crashed',
      expect.stringContaining('too much memory'),
    ]);
    await cancel(uid);
  });

  test('whose one-time code is not the mailbox’s any more says so', async () => {
    const { uid: mailboxUid } = ordered.domains[0].mailboxes[1];
    const another = api.installation.context.secrets.seal(
      'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      `mailbox:${mailboxUid}:totpSecret`,
    );
    // What the sign-in pages know is another seed than the one that is stored.
    await sql`
      create or replace view published.mailbox_totp as
      select uid as mailbox_id, ${sql.lit(another)} as totp_secret_sealed from public.mailbox
    `.execute(api.database.db);
    const ended = await when(await begin(authorizeUrl(), 1), ({ completed_at }) => completed_at !== null);
    expect(ended).toMatchObject({ status: 'failed', reason_code: 'totp_rejected' });
  });
});
