// The application as its callers see it: who gets in, how answers look, what is beside the API.
import { beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { createApi } from './app.ts';
import { defineEndpoint } from './endpoint.ts';
import {
  createSampleApi,
  createThingTable,
  makeTenant,
  requestAs,
  sampleEndpoints,
  showTeam,
  thingDetails,
} from './testing/sample-api.ts';

const database = useTestDatabase();
const tenant = makeTenant('key-one');
const other = makeTenant('key-two');
const open = (options: Parameters<typeof createSampleApi>[2] = {}) =>
  createSampleApi(database.db, [tenant, other], options);

beforeAll(() => createThingTable(database.db));

describe('who gets in', () => {
  test.each([
    ['no header', undefined, 'No authorization token was found'],
    ['an empty token', 'Bearer ', 'No authorization token was found'],
    ['another scheme', 'Basic key-one', 'No authorization token was found'],
    ['an unknown key', 'Bearer nonsense', 'jwt malformed'],
  ])('%s is a 401 in the gateway shape', async (_name, authorization, message) => {
    const response = await open().app.request(
      '/v1/api/team',
      authorization ? { headers: { authorization } } : {},
    );
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ code: 401, message });
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  test.each(['invalid signature', 'jwt expired', 'jwt revoked'])(
    'why a key is refused is said: %s',
    async (refusal) => {
      const { app } = open({ authenticate: async () => ({ ok: false, refusal }) });
      expect((await requestAs(app, tenant)('GET', '/v1/api/team')).json).toEqual({
        code: 401,
        message: refusal,
      });
    },
  );

  test('the scheme may be written in any case', async () => {
    const response = await open().app.request('/v1/api/team', {
      headers: { authorization: 'bearer key-one' },
    });
    expect(response.status).toBe(200);
  });

  test.each([
    ['missing', ''],
    ['not a UUID', 'abc'],
    ['of nobody', newId()],
    ['of another team', other.workspaceUid],
  ])('a workspace header that is %s gets the same answer', async (_name, uid) => {
    const send = requestAs(open().app, tenant);
    const { status, json } = await send('GET', '/v1/api/things/details', undefined, {
      'x-workspace-id': uid,
    });
    expect({ status, json }).toEqual({ status: 400, json: { code: 400, message: 'Invalid workspace' } });
  });

  test('the workspace header may be written in upper case, and operations of the team ignore it', async () => {
    const send = requestAs(open().app, tenant);
    const upper = { 'x-workspace-id': tenant.workspaceUid.toUpperCase() };
    expect((await send('POST', '/v1/api/things/list', {}, upper)).status).toBe(200);
    expect((await send('GET', '/v1/api/team', undefined, { 'x-workspace-id': 'nonsense' })).status).toBe(200);
  });

  test('the key is looked at first, then the workspace, then the request', async () => {
    const send = requestAs(open().app, tenant);
    const wrong = { 'x-workspace-id': 'nonsense' };
    const all = await send('POST', '/v1/api/things/create', '{', { ...wrong, authorization: 'Bearer no' });
    expect(all.status).toBe(401);
    expect((await send('POST', '/v1/api/things/create', '{', wrong)).json.message).toBe('Invalid workspace');
    expect((await send('POST', '/v1/api/things/create', '{')).json.code).toBe('malformed_json');
  });
});

describe('answers', () => {
  test('success has error false, a message and the payload at the top', async () => {
    const { status, json, headers } = await requestAs(open().app, tenant)('POST', '/v1/api/things/create', {
      name: 'chair',
    });
    expect(status).toBe(201);
    expect(json).toEqual({
      error: false,
      message: 'Thing created',
      thing: { uid: expect.any(String), name: 'chair', size: null },
    });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('an error of the feature has error true, its code and its message', async () => {
    const send = requestAs(open().app, tenant);
    const { status, json } = await send('GET', `/v1/api/things/details?uid=${newId()}`);
    expect({ status, json }).toEqual({
      status: 404,
      json: { error: true, code: 'thing_not_found', message: 'Thing not found' },
    });
  });

  test('an alias is the same operation, with the field from its path', async () => {
    const send = requestAs(open().app, tenant);
    const made = await send('POST', '/v1/api/things', { name: 'bench' });
    const { uid } = made.json.thing;
    const flat = await send('GET', `/v1/api/things/details?uid=${uid}&copies=2`);
    expect((await send('GET', `/v1/api/things/${uid}?copies=2`)).text).toBe(flat.text);
    expect((await send('POST', `/v1/api/things/${uid}/stool`, {})).json.thing.name).toBe('stool');
  });

  test('a field in the path and another in the body contradict each other', async () => {
    const send = requestAs(open().app, tenant);
    const { status, json } = await send('POST', `/v1/api/things/${newId()}/stool`, { name: 'table' });
    expect(status).toBe(400);
    expect(json.problems).toEqual([{ in: 'body', path: 'name', message: 'name differs from the path' }]);
  });

  test.each([
    ['GET', '/v1/api/nothing'],
    ['GET', '/nothing'],
    ['DELETE', '/v1/api/things/list'],
    ['GET', '/v1/api/things/create'],
    ['PATCH', '/v1/api/team'],
  ])('%s %s is an unknown route, also without a key', async (method, path) => {
    const response = await open().app.request(path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 404, message: 'Not found' });
  });

  test('HEAD is GET without the body, and OPTIONS says what a path takes', async () => {
    const { app } = open();
    const headers = { authorization: 'Bearer key-one' };
    const head = await app.request('/v1/api/team', { method: 'HEAD', headers });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: '' });
    expect((await app.request('/v1/api/team/roll-secret', { method: 'HEAD', headers })).status).toBe(404);
    const options = await app.request('/v1/api/things/abc', { method: 'OPTIONS' });
    expect({ status: options.status, allow: options.headers.get('allow') }).toEqual({
      status: 204,
      allow: 'GET, HEAD, OPTIONS, PUT',
    });
    expect((await app.request('/v1/api/nothing', { method: 'OPTIONS' })).status).toBe(404);
  });

  test('every answer carries a request id, the caller’s own when it is a sane one', async () => {
    const send = requestAs(open().app, tenant);
    const own = await send('GET', '/v1/api/team', undefined, { 'x-request-id': 'job-7/try:2' });
    expect(own.headers.get('x-request-id')).toBe('job-7/try:2');
    const insane = await send('GET', '/v1/api/team', undefined, { 'x-request-id': 'a b' });
    expect(insane.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await open().app.request('/nothing')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('when something goes wrong inside', () => {
  const secret = 'postgres://user:hunter2@host';
  const fail = () => Promise.reject(new Error(secret));

  test.each<[string, Parameters<typeof open>[0]]>([
    ['in the handler', { hooks: { beforeCommit: fail } }],
    ['in the transaction', { hooks: { inCommit: fail } }],
    ['in the check of the key', { authenticate: fail }],
    ['in the search for the workspace', { findWorkspace: fail }],
  ])('%s, the caller learns the request id and the log everything else', async (_name, options) => {
    const { app, logged } = open(options);
    const { status, json, text } = await requestAs(app, tenant)('POST', '/v1/api/things/create', {
      name: newId(),
    });
    expect(status).toBe(500);
    expect(json).toMatchObject({ error: true, code: 'internal_error', request_id: expect.any(String) });
    expect(text).not.toContain('hunter2');
    const line = logged.find(({ level }) => level === 'error');
    expect(line?.fields).toMatchObject({
      requestId: json.request_id,
      err: { message: secret, stack: expect.any(String) },
    });
  });

  test('a failed transaction leaves nothing', async () => {
    const name = newId();
    await requestAs(open({ hooks: { inCommit: fail } }).app, tenant)('POST', '/v1/api/things/create', {
      name,
    });
    const list = await requestAs(open().app, tenant)('POST', '/v1/api/things/list', { limit: 500 });
    expect(list.json.things.filter((thing: { name: string }) => thing.name === name)).toEqual([]);
  });

  test('what was committed is answered, even when the handler fails afterwards', async () => {
    const { app, logged } = open({ hooks: { afterCommit: fail } });
    const { status, json } = await requestAs(app, tenant)('POST', '/v1/api/things/create', { name: newId() });
    expect({ status, error: json.error }).toEqual({ status: 201, error: false });
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test('an answer that is not what the endpoint declares is noticed', async () => {
    const mismatches: unknown[] = [];
    const undeclared = { ...thingDetails, errors: [] };
    const wordy = {
      ...showTeam,
      async handle() {
        return { message: 'ok', team: 'x', key: 'k', extra: 1 };
      },
    };
    const { app } = open({
      endpoints: [undeclared, wordy],
      checkResponses: (mismatch) => mismatches.push(mismatch),
    });
    const send = requestAs(app, tenant);
    await send('GET', `/v1/api/things/details?uid=${newId()}`);
    await send('GET', '/v1/api/team');
    expect(mismatches).toEqual([
      {
        operation: 'things.details',
        status: 404,
        problems: ['the error thing_not_found with status 404 is not declared'],
      },
      { operation: 'team.show', status: 200, problems: ['team must be a UUID', 'extra is not allowed'] },
    ]);
  });
});

describe('the log', () => {
  test('has one line per request, with who, what and how long, and nothing secret', async () => {
    const { app, logged } = open();
    await requestAs(app, tenant)('POST', '/v1/api/things/create', { name: 'secret-name' });
    expect(logged).toEqual([
      {
        level: 'info',
        message: 'request',
        fields: {
          operation: 'things.create',
          method: 'POST',
          status: 201,
          ms: expect.any(Number),
          teamId: tenant.caller.teamId,
          keyId: tenant.caller.keyId,
          requestId: expect.any(String),
          path: undefined,
        },
      },
    ]);
    expect(JSON.stringify(logged)).not.toContain('secret-name');
    expect(JSON.stringify(logged)).not.toContain('Bearer');
  });

  test('names the path of an unknown route without its query, and leaves probes out', async () => {
    const { app, logged } = open();
    await app.request('/healthz');
    await app.request('/nowhere?token=abc');
    expect(logged.map(({ fields }) => fields.path)).toEqual(['/nowhere']);
  });
});

describe('beside the API', () => {
  test('/healthz answers as long as the process does', async () => {
    const response = await open().app.request('/healthz');
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 200,
      body: { status: 'ok' },
    });
  });

  test('/readyz is ready when all parts are, and names the one that is not without saying why', async () => {
    const good = { name: 'database', check: async () => {} };
    const bad = { name: 'dns', check: () => Promise.reject(new Error('secret reason')) };
    const ready = await open({ readyChecks: [good] }).app.request('/readyz');
    expect({ status: ready.status, body: await ready.json() }).toEqual({
      status: 200,
      body: { status: 'ready', parts: { database: 'ready' } },
    });
    const { app, logged } = open({ readyChecks: [good, bad] });
    const not = await app.request('/readyz');
    expect({ status: not.status, body: await not.json() }).toEqual({
      status: 503,
      body: { status: 'not ready', parts: { database: 'ready', dns: 'not ready' } },
    });
    expect(logged.some(({ fields }) => (fields.err as Error)?.message === 'secret reason')).toBe(true);
  });

  test('/metrics counts requests by operation and status, unknown routes under one name', async () => {
    const { app } = open();
    await requestAs(app, tenant)('GET', '/v1/api/team');
    await app.request('/nothing/a');
    await app.request('/nothing/b');
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain(
      'inboxkit_http_request_duration_seconds_count{operation="team.show",status="200"} 1',
    );
    expect(text).toContain('inboxkit_http_request_duration_seconds_count{operation="none",status="404"} 2');
  });

  test('/openapi.json is the contract of the mounted endpoints', async () => {
    const response = await open().app.request('/openapi.json');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Things' } });
  });

  test('/docs needs nothing from any other host', async () => {
    const { app } = open();
    const page = await app.request('/docs');
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(html).not.toMatch(/https?:\/\//);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(files).toContain('/docs/swagger-ui-bundle.js');
    for (const file of files) expect((await app.request(file)).status).toBe(200);
    expect((await app.request('/docs/package.json')).status).toBe(404);
  });

  test('browsers of other origins are let in only when they are listed', async () => {
    const preflight = (app: ReturnType<typeof open>['app']) =>
      app.request('/v1/api/team', {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
      });
    expect((await preflight(open().app)).headers.get('access-control-allow-origin')).toBeNull();
    const allowed = await preflight(open({ allowedOrigins: ['https://app.example'] }).app);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const others = await preflight(open({ allowedOrigins: ['https://other.example'] }).app);
    expect(others.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('mounting', () => {
  test('two endpoints on one route, or of one name, are refused', () => {
    const copy = { ...showTeam, operation: 'team.copy' };
    expect(() => open({ endpoints: [showTeam, copy] })).toThrow(
      'team.show and team.copy both answer GET /team',
    );
    expect(() => open({ endpoints: [showTeam, { ...showTeam, path: '/x' }] })).toThrow(
      'two endpoints are called team.show',
    );
  });

  test('the order in which endpoints are listed does not matter', async () => {
    const { app } = open({ endpoints: [...sampleEndpoints].reverse() });
    expect((await requestAs(app, tenant)('POST', '/v1/api/things/list', {})).status).toBe(200);
  });

  test('the context is handed to the handlers as it is', async () => {
    const context = { answer: 42 };
    const show = defineEndpoint<typeof context>()({
      operation: 'context.show',
      summary: '',
      method: 'GET',
      path: '/context',
      scope: 'team',
      response: sampleEndpoints[4]!.response.pick({}),
      handle: async (_request, given) => ({ message: String(given === context) }),
    });
    const { db } = database;
    const rest = {
      db,
      clock: { now: () => new Date(), sleep: async () => {} },
      info: { title: '', version: '' },
    };
    const app = createApi({
      ...rest,
      endpoints: [show],
      context,
      secrets: { seal: (text) => text, open: (text) => text },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      authenticate: async () => ({ ok: true, caller: tenant.caller }),
      findWorkspace: async () => null,
    });
    expect((await requestAs(app, tenant)('GET', '/v1/api/context')).json.message).toBe('true');
  });
});
