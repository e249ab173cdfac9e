// People who are signed in, on a small API: what the cookie opens, and what it needs beside it.
import { beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { networkOf } from './client-address.ts';
import { defaultRateLimits } from './rate-limit.ts';
import { csrfTokenOf, sessionCookieOf } from './session-cookie.ts';
import {
  createSampleApi,
  createThingTable,
  credentialsOf,
  makeTenant,
  requestAs,
  signedIn,
} from './testing/sample-api.ts';

const database = useTestDatabase();
const tenant = makeTenant('key');
const [owner, viewer, client] = (['owner', 'viewer', 'client'] as const).map((role) =>
  signedIn(tenant, role),
);
const rateLimits = { ...defaultRateLimits, bulk: { calls: 100_000, windowMs: 60_000 } };
let app: ReturnType<typeof createSampleApi>['app'];
let as: Record<'owner' | 'viewer' | 'client', ReturnType<typeof requestAs>>;
const codeOf = async (reply: Promise<{ status: number; json: { code?: string } }>) => {
  const { status, json } = await reply;
  return [status, json.code];
};

beforeAll(async () => {
  await createThingTable(database.db);
  ({ app } = createSampleApi(database.db, [tenant, owner!, viewer!, client!], { rateLimits }));
  as = { owner: requestAs(app, owner!), viewer: requestAs(app, viewer!), client: requestAs(app, client!) };
});

describe('a session', () => {
  test('opens what a key opens, by the role of the person', async () => {
    expect((await as.owner('GET', '/v1/api/team')).json.key).toBe(owner!.caller.keyId);
    expect((await as.owner('POST', '/v1/api/things', { name: 'of the owner' })).status).toBe(201);
    const refused = await as.viewer('POST', '/v1/api/things', { name: 'of the viewer' });
    expect([refused.status, refused.json.code, refused.json.needs]).toEqual([
      403,
      'insufficient_role',
      'write',
    ]);
  });

  test('of somebody limited to workspaces sees those and nothing of the team’s', async () => {
    expect((await as.client('POST', '/v1/api/things/list', {})).status).toBe(200);
    const other = await as.client(
      'POST',
      '/v1/api/things/list',
      {},
      { 'x-workspace-id': crypto.randomUUID() },
    );
    expect(other.json.message).toBe('Invalid workspace');
    expect(await codeOf(as.client('GET', '/v1/api/team'))).toEqual([403, 'insufficient_role']);
  });

  test('without the token that goes with it writes nothing, also not with that of another session', async () => {
    for (const token of [null, '', 'x', csrfTokenOf(viewer!.key)]) {
      const reply = as.owner('POST', '/v1/api/team/roll-secret', {}, { 'x-csrf-token': token });
      expect(await codeOf(reply), token ?? 'none').toEqual([403, 'csrf_token_invalid']);
    }
    expect((await as.owner('GET', '/v1/api/team', undefined, { 'x-csrf-token': null })).status).toBe(200);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'http://localhost' }, 200],
    [{ origin: 'http://box.local', host: 'box.local' }, 200],
  ])('is used only by pages of this installation: %j', async (headers, status) => {
    for (const path of ['/v1/api/team/roll-secret', '/v1/api/door']) {
      expect((await as.owner('POST', path, {}, headers as Record<string, string>)).status).toBe(status);
    }
  });

  test('that is over is 401, and a key that is sent beside a cookie is the one that counts', async () => {
    const over = await app.request('/v1/api/team', {
      headers: { cookie: `${sessionCookieOf('http://localhost').name}=gone` },
    });
    expect([over.status, await over.json()]).toEqual([401, { code: 401, message: 'session expired' }]);
    const headers = { ...credentialsOf(owner!), authorization: 'Bearer nonsense' };
    expect((await app.request('/v1/api/team', { headers })).status).toBe(401);
  });

  test('answers a repeated write to the person who made it and to nobody else', async () => {
    const key = { 'idempotency-key': 'the-same' };
    const first = await as.owner('POST', '/v1/api/self', { name: 'A' }, key);
    const other = await as.viewer('POST', '/v1/api/self', { name: 'A' }, key);
    expect(other.json.person).toBe(viewer!.caller.keyId);
    expect((await as.owner('POST', '/v1/api/self', { name: 'A' }, key)).json).toEqual(first.json);
  });
});

test('what takes nobody takes a key as little as none, and is limited by where requests come from', async () => {
  const reply = await app.request('/v1/api/door', { method: 'POST', headers: { authorization: 'Bearer x' } });
  expect(await reply.json()).toMatchObject({ open: true });
  expect(reply.headers.getSetCookie()).toEqual(['one=1', 'two=2']);
  const limit = Number(reply.headers.get('x-ratelimit-limit'));
  expect(limit).toBe(defaultRateLimits.sign_in.calls);
  const statuses = new Set<number>();
  for (let call = 0; call < limit; call += 1) {
    statuses.add((await app.request('/v1/api/door', { method: 'POST' })).status);
  }
  expect([...statuses]).toEqual([200, 429]);
});

test('a cookie where there is TLS can be set by no other host', () => {
  expect(sessionCookieOf('https://box.example')).toEqual({ name: '__Host-inboxkit_session', secure: true });
  expect(sessionCookieOf('http://127.0.0.1:8080')).toEqual({ name: 'inboxkit_session', secure: false });
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [null, 'unknown'],
])('guesses from %s are counted under %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
