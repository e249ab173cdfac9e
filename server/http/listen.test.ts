// The application on a real port, with callers that do not behave.
import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { listenHttp } from './listen.ts';
import { createSampleApi, createThingTable, makeTenant, type SampleContext } from './testing/sample-api.ts';

const database = useTestDatabase();
const tenant = makeTenant('key');
const headers = { authorization: 'Bearer key', 'x-workspace-id': tenant.workspaceUid };

beforeAll(() => createThingTable(database.db));

const start = async (hooks: SampleContext['hooks'] = {}) => {
  const { app, logged } = createSampleApi(database.db, [tenant], { hooks });
  const listener = await listenHttp(app, { host: '127.0.0.1', port: 0 });
  let closed: Promise<void> | undefined;
  const close = (drainMs?: number) => {
    closed ??= listener.close(drainMs);
    return closed;
  };
  onTestFinished(() => close(0));
  return { url: `http://127.0.0.1:${listener.port}`, port: listener.port, close, logged };
};

/** A promise and the function that resolves it. */
const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, pass: resolve };
};

describe('a real port', () => {
  test('answers requests over TCP', async () => {
    const { url } = await start();
    const body = JSON.stringify({ name: 'over tcp' });
    const made = await fetch(`${url}/v1/api/things/create`, { method: 'POST', headers, body });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({ error: false, thing: { name: 'over tcp' } });
  });

  test('a caller that leaves in the middle of its body does not disturb the others', async () => {
    const { url, port, logged } = await start();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const head = `POST /v1/api/things/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key\r\nX-Workspace-Id: ${tenant.workspaceUid}\r\nContent-Length: 500\r\n\r\n{"name":`;
    await new Promise((written) => socket.write(head, written));
    socket.destroy();
    await expect.poll(() => logged.some(({ fields }) => fields.operation === 'things.create')).toBe(true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a caller that leaves before the answer does not undo what it asked for', async () => {
    const inside = gate();
    const go = gate();
    const { url, logged } = await start({
      beforeCommit: async () => {
        inside.pass();
        await go.passed;
      },
    });
    const leaving = new AbortController();
    const body = JSON.stringify({ name: 'left alone' });
    const request = fetch(`${url}/v1/api/things/create`, {
      method: 'POST',
      headers,
      body,
      signal: leaving.signal,
    });
    await inside.passed;
    leaving.abort();
    await expect(request).rejects.toThrow('aborted');
    go.pass();
    await expect.poll(() => logged.map(({ fields }) => fields.status)).toContain(201);
    const list = await fetch(`${url}/v1/api/things/list`, {
      method: 'POST',
      headers,
      body: '{"limit": 500}',
    });
    expect(((await list.json()) as { things: { name: string }[] }).things.map(({ name }) => name)).toContain(
      'left alone',
    );
  });

  test('a body larger than allowed is refused while it is still being sent', async () => {
    const { url } = await start();
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(100_000, ' '));
      },
    });
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const response = await fetch(`${url}/v1/api/things/create`, init);
    expect(response.status).toBe(413);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('what is no HTTP gets a 400 and leaves the server standing', async () => {
    const { url, port } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.end('nonsense\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('400 Bad Request');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('closing lets a running request finish and takes no new ones', async () => {
    const inside = gate();
    const go = gate();
    const { url, close } = await start({
      beforeCommit: async () => {
        inside.pass();
        await go.passed;
      },
    });
    const body = JSON.stringify({ name: 'last one' });
    const request = fetch(`${url}/v1/api/things/create`, { method: 'POST', headers, body });
    await inside.passed;
    const closing = close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    go.pass();
    expect((await request).status).toBe(201);
    await closing;
  });

  test('closing does not wait for ever', async () => {
    const inside = gate();
    const go = gate();
    const { url, close } = await start({
      beforeCommit: async () => {
        inside.pass();
        await go.passed;
      },
    });
    const body = JSON.stringify({ name: 'too slow' });
    const request = fetch(`${url}/v1/api/things/create`, { method: 'POST', headers, body });
    await inside.passed;
    await Promise.all([close(10), expect(request).rejects.toThrow()]);
    go.pass();
  });

  test('a port that is taken is an error that says so', async () => {
    const { app } = createSampleApi(database.db, [tenant]);
    const { port } = await start();
    await expect(listenHttp(app, { host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
  });
});
