// What the server reads from a request, and what it refuses to read.
import { beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { MAX_BODY_BYTES } from './read-request.ts';
import { createSampleApi, createThingTable, makeTenant, requestAs } from './testing/sample-api.ts';

const database = useTestDatabase();
const tenant = makeTenant('key');
const create = '/v1/api/things/create';
const send = (...request: Parameters<ReturnType<typeof requestAs>>) =>
  requestAs(createSampleApi(database.db, [tenant]).app, tenant)(...request);

beforeAll(() => createThingTable(database.db));

describe('the body', () => {
  test('all problems of a request are answered at once, each with its place and field', async () => {
    const uid = 'not-a-uid';
    const body = { size: 'big', parts: [{ label: 1 }, { colour: 'red' }], nam: 'x' };
    const { status, json } = await send('POST', `${create}?debug=1`, body, { 'idempotency-key': 'a b' });
    expect(status).toBe(400);
    expect(json).toEqual({
      error: true,
      code: 'validation_failed',
      message: 'debug is not allowed',
      problems: [
        { in: 'query', path: 'debug', message: 'debug is not allowed' },
        { in: 'body', path: 'name', message: 'name is required' },
        { in: 'body', path: 'size', message: 'size must be a number' },
        { in: 'body', path: 'parts[0].label', message: 'parts[0].label must be a string' },
        { in: 'body', path: 'parts[1].label', message: 'parts[1].label is required' },
        { in: 'body', path: 'parts[1].colour', message: 'parts[1].colour is not allowed' },
        { in: 'body', path: 'nam', message: 'nam is not allowed' },
        {
          in: 'header',
          path: 'Idempotency-Key',
          message: 'Idempotency-Key must be 1 to 255 visible ASCII characters',
        },
      ],
    });
    const path = await send('PUT', `/v1/api/things/${uid}`, {});
    expect(path.json.problems).toEqual([
      { in: 'path', path: 'uid', message: 'uid must be a UUID' },
      { in: 'body', path: 'name', message: 'name is required' },
    ]);
  });

  test.each([
    ['cut off', '{"name": "x"'],
    ['two values', '{} {}'],
    ['a form', 'name=x'],
  ])('what is not JSON is malformed_json: %s', async (_name, body) => {
    const { status, json } = await send('POST', create, body);
    expect({ status, code: json.code }).toEqual({ status: 400, code: 'malformed_json' });
  });

  test('a form where none is taken is told so, not judged as JSON', async () => {
    const { app } = createSampleApi(database.db, [tenant]);
    const body = new FormData();
    body.set('name', 'x');
    const headers = { authorization: 'Bearer key', 'x-workspace-id': tenant.workspaceUid };
    const response = await app.request(create, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({
      code: 'malformed_json',
      message: 'This operation takes JSON, not a form',
    });
  });

  test('what is not UTF-8 is malformed_json', async () => {
    const { app } = createSampleApi(database.db, [tenant]);
    const response = await app.request(create, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'x-workspace-id': tenant.workspaceUid },
      body: Buffer.from('{"name": "\xe9"}', 'latin1'),
    });
    expect(await response.json()).toMatchObject({ code: 'malformed_json', message: 'The body is not UTF-8' });
  });

  test('the content type does not matter as long as the body is JSON', async () => {
    const made = await send('POST', create, { name: 'typed' }, { 'content-type': 'text/plain' });
    expect(made.status).toBe(201);
  });

  test.each(['', '  \n', undefined])('an empty body is an empty object: %j', async (body) => {
    expect((await send('POST', '/v1/api/things/list', body)).json).toMatchObject({
      current_page: 1,
      limit: 10,
    });
    expect((await send('POST', create, body)).json.message).toBe('name is required');
  });

  test.each(['[]', 'null', '7', '"x"'])('a body that is no object is refused: %s', async (body) => {
    expect((await send('POST', create, body)).json.message).toBe('the body must be an object');
  });

  test('an operation without fields takes an empty object and nothing else', async () => {
    expect((await send('POST', '/v1/api/team/roll-secret', {})).status).toBe(200);
    expect((await send('POST', '/v1/api/team/roll-secret', { force: true })).json.message).toBe(
      'force is not allowed',
    );
  });

  test('the largest body is read, one byte more is a 413, with and without a Content-Length', async () => {
    const sized = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes - '{"name":""}'.length) });
    expect((await send('POST', create, sized(MAX_BODY_BYTES))).json.message).toBe(
      'name must have at most 40 characters',
    );
    const large = sized(MAX_BODY_BYTES + 1);
    const declared = await send('POST', create, large, { 'content-length': String(large.length) });
    expect({ status: declared.status, code: declared.json.code }).toEqual({
      status: 413,
      code: 'body_too_large',
    });
    const undeclared = await send('POST', create, large);
    expect({ status: undeclared.status, code: undeclared.json.code }).toEqual({
      status: 413,
      code: 'body_too_large',
    });
  });

  test('text that PostgreSQL cannot hold is refused wherever it is', async () => {
    const { json } = await send('POST', create, '{"name": "a\\u0000b", "parts": [{"label": "\\ud800"}]}');
    expect(json.problems.map(({ path }: { path: string }) => path).sort()).toEqual([
      'name',
      'parts[0].label',
    ]);
    const query = await send('GET', '/v1/api/things/details?uid=%00');
    expect(query.json.problems).toContainEqual({
      in: 'query',
      path: 'uid',
      message: 'uid contains characters that are not text',
    });
  });

  test('bottomless nesting and thousands of unknown fields cost a short answer', async () => {
    const deep = await send('POST', create, `{"name": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(deep.status).toBe(400);
    expect(deep.json.problems).toHaveLength(2);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, 1]));
    expect((await send('POST', create, many)).json.problems).toHaveLength(100);
  });
});

describe('the query', () => {
  test('numbers are read from text, a repeated name is a list, an unknown name is refused', async () => {
    const uid = newId();
    const message = async (query: string) =>
      (await send('GET', `/v1/api/things/details?${query}`)).json.message;
    expect(await message(`uid=${uid}&copies=3`)).toBe('Thing not found');
    expect(await message(`uid=${uid}&copies=many`)).toBe('copies must be a number');
    expect(await message(`uid=${uid}&uid=${uid}`)).toBe('uid must be a string');
    expect(await message(`uid=${uid}&uids=1`)).toBe('uids is not allowed');
    expect(await message('')).toBe('uid is required');
  });

  test('a GET reads no body', async () => {
    const { status } = await send('GET', '/v1/api/team');
    expect(status).toBe(200);
  });
});

describe('lists', () => {
  test('read by cursor, a list gives every row once although rows come before and after', async () => {
    const reader = makeTenant('reader');
    const { app } = createSampleApi(database.db, [reader]);
    const ask = requestAs(app, reader);
    for (const name of ['b', 'd', 'f', 'h']) await ask('POST', create, { name });
    const first = await ask('POST', '/v1/api/things/list', { limit: 2 });
    expect(first.json).toMatchObject({ total: 4, pages: 2, current_page: 1, limit: 2 });
    await ask('POST', create, { name: 'a' });
    await ask('POST', create, { name: 'e' });
    const names: string[] = first.json.things.map(({ name }: { name: string }) => name);
    for (let cursor = first.json.next_cursor; cursor; ) {
      const page = await ask('POST', '/v1/api/things/list', { limit: 2, cursor });
      names.push(...page.json.things.map(({ name }: { name: string }) => name));
      cursor = page.json.next_cursor;
    }
    expect(names).toEqual(['b', 'd', 'e', 'f', 'h']);
  });
});
