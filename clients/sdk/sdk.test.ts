// The client against a whole installation: names, lists, refusals, repetitions and what is lost on the way.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HookReceiver, startHookReceiver } from '../../server/testing/hook-receiver.ts';
import { freshName, mailboxesOn, orderOf } from '../../server/testing/order-body.ts';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { operationTable } from './generated/operations.ts';
import {
  createInboxKit,
  type InboxKitError,
  type InboxKitOptions,
  isRefusal,
  verifyWebhook,
} from './index.ts';

const installed = useInstallation({ INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32' });

const client = (options: InboxKitOptions = {}) =>
  createInboxKit({
    baseUrl: installed.installation.baseUrl,
    apiKey: installed.apiKey,
    workspaceId: installed.workspaceUid,
    backoffMs: 1,
    ...options,
  });

/** A way to the server on which the first `count` answers are lost after the server has given them. */
const losingAnswers = (count: number) => {
  const keys: (string | null)[] = [];
  const losing: typeof fetch = async (input, init) => {
    keys.push((input as Request).headers.get('Idempotency-Key'));
    const response = await fetch(input, init);
    if (keys.length <= count) {
      await response.arrayBuffer();
      throw new TypeError('fetch failed');
    }
    return response;
  };
  return { losing, keys };
};

test('every operation is a method under its name', () => {
  const sdk = client() as unknown as Record<string, Record<string, unknown>>;
  const camel = (name: string) => name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
  for (const id of Object.keys(operationTable)) {
    const [group, verb] = id.split('.').map(camel);
    expect(sdk[group!]?.[verb!], id).toBeTypeOf('function');
  }
});

test('what an operation takes in its path, its query and its body is one object', async () => {
  const sdk = client();
  const { uid } = await sdk.workspaces.create({ name: 'One object' });
  expect((await sdk.workspaces.details({ uid })).workspace.name).toBe('One object');
  const placed = await sdk.orders.place(orderOf([{ name: freshName(), mailboxes: [] }]) as never);
  expect((await sdk.orders.get({ order_id: placed.order_id! })).order_id).toBe(placed.order_id);
});

test('the same client works in another workspace', async () => {
  const { uid } = await client().workspaces.create({ name: 'Another' });
  expect((await client().with({ workspaceId: uid }).domains.list()).total).toBe(0);
  expect((await client().domains.list({}, { workspaceId: uid })).total).toBe(0);
});

describe('lists', () => {
  const names = Array.from({ length: 5 }, () => freshName());
  beforeAll(async () => {
    await client().orders.place(
      orderOf(names.map((name) => ({ name, mailboxes: mailboxesOn(name, 1) }))) as never,
    );
  });

  test('every row comes once, by cursor', async () => {
    const found: string[] = [];
    for await (const domain of client().domains.list.each({ limit: 2 })) found.push(domain.name!);
    expect(found).toEqual(expect.arrayContaining(names));
    expect(new Set(found).size).toBe(found.length);
  });

  test('a list that only has pages is read to its end too', async () => {
    const found: string[] = [];
    for await (const domain of client().domains.assignable.each({ limit: 1 })) found.push(domain.name!);
    expect(found.length).toBe((await client().domains.assignable()).total);
  });

  test('events are read from the first to the last', async () => {
    const types: string[] = [];
    for await (const event of client().events.list.each({ limit: 3 })) types.push(event.type);
    expect(types.length).toBeGreaterThan(3);
  });

  test('pages carry what the list answers beside its rows', async () => {
    for await (const page of client().mailboxes.list.pages({ limit: 500 })) {
      expect(page.mailboxes).toHaveLength(page.total);
    }
  });
});

describe('refusals', () => {
  test('a refusal has its code, its status and the id of the request', async () => {
    const refused = await client()
      .mailboxes.details({ uid: '01890000-0000-7000-8000-000000000000' })
      .catch((error: unknown) => error);
    expect(isRefusal<'mailboxes.details'>(refused, 'mailbox_not_found')).toBe(true);
    expect(refused).toMatchObject({ status: 404, operation: 'mailboxes.details', outcomeUnknown: false });
    expect((refused as InboxKitError).requestId).toBeTruthy();
  });

  test('a wrong request names every problem', async () => {
    const refused = await client()
      .domains.list({ limit: 0, page: 0 })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'validation_failed' });
    expect((refused as InboxKitError).problems.map(({ path }) => path).sort()).toEqual(['limit', 'page']);
  });

  test('a key that is not one is unauthorized, and a workspace that is not one is invalid', async () => {
    await expect(client({ apiKey: 'nonsense' }).accounts.get()).rejects.toMatchObject({
      code: 'unauthorized',
    });
    const elsewhere = client({ workspaceId: '01890000-0000-7000-8000-000000000000' });
    await expect(elsewhere.domains.list()).rejects.toMatchObject({ code: 'invalid_workspace' });
  });

  test('an operation of a workspace is not sent without one', async () => {
    await expect(client({ workspaceId: undefined }).domains.list()).rejects.toThrow(TypeError);
  });
});

describe('repetitions', () => {
  test('a purchase whose answer was lost is looked up, not made again', async () => {
    const { losing, keys } = losingAnswers(2);
    const before = (await client().orders.list()).total;
    const placed = await client({ fetch: losing }).orders.place(
      orderOf([{ name: freshName(), mailboxes: [] }]) as never,
    );
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect((await client().orders.list()).total).toBe(before + 1);
    expect((await client().orders.get({ order_id: placed.order_id! })).order_id).toBe(placed.order_id);
  });

  test('a write that stays without an answer says so, and goes through under its key later', async () => {
    const { losing } = losingAnswers(1_000);
    const order = orderOf([{ name: freshName(), mailboxes: [] }]) as never;
    const before = (await client().orders.list()).total;
    const failed = await client({ fetch: losing, retries: 1 })
      .orders.place(order)
      .catch((error: unknown) => error as InboxKitError);
    expect(failed).toMatchObject({ code: 'no_answer', status: 0, outcomeUnknown: true });
    const { idempotencyKey } = failed as InboxKitError;
    await client().orders.place(order, { idempotencyKey: idempotencyKey! });
    expect((await client().orders.list()).total).toBe(before + 1);
  });

  test('two writes of the same input are two writes', async () => {
    const keys = new Set<string | null>();
    const watching: typeof fetch = (input, init) => {
      keys.add((input as Request).headers.get('Idempotency-Key'));
      return fetch(input, init);
    };
    const sdk = client({ fetch: watching });
    await sdk.workspaces.create({ name: 'Twin' });
    await sdk.workspaces.create({ name: 'Twin' }).catch(() => {});
    expect(keys.size).toBe(2);
  });
});

test('events arrive as they happen, and none is missed when the connection breaks', async () => {
  const broken: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const stream = (input as Request).url.includes('/events/stream');
    return stream ? new Response(firstEventOnly(response.body!), response) : response;
  };
  const sdk = client({ fetch: broken });
  const stop = new AbortController();
  const seen: string[] = [];
  const all = await sdk.events.list({ limit: 500 });
  for await (const event of sdk.events.stream.each({ after: '0' }, { signal: stop.signal })) {
    seen.push(event.id);
    if (seen.length === 4) break;
  }
  stop.abort();
  expect(seen).toEqual(all.events.slice(0, 4).map(({ id }) => id));
});

/** The connection ends in the middle of the second event. */
const firstEventOnly = (body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  let read = '';
  return new ReadableStream({
    async pull(controller) {
      const { value } = await reader.read();
      read += new TextDecoder().decode(value);
      const events = read.split('\n\n').filter((block) => block.includes('data:'));
      if (events.length === 0) return;
      controller.enqueue(new TextEncoder().encode(`${events[0]}\n\nid: 999999`));
      controller.error(new TypeError('terminated'));
      await reader.cancel();
    },
  });
};

test('a file is answered as it came', async () => {
  const sdk = client();
  const csv = await (await sdk.billing.walletLogs.file({ format: 'csv' })).text();
  expect(csv.split('\n').length).toBeGreaterThan(1);
  expect((await sdk.mailboxFiles.export()).headers.get('Content-Type')).toContain('text/csv');
});

describe('webhooks', () => {
  let receiver: HookReceiver;
  beforeAll(async () => {
    receiver = await startHookReceiver();
  });
  afterAll(() => receiver.close());

  test('a delivery of the installation is verified', async () => {
    const sdk = client();
    const { webhook, secret } = await sdk.webhooks.create({ url: receiver.url() });
    await sdk.webhooks.test({ uid: webhook.uid });
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const { text, headers } = receiver.received[0]!;
    const event = await verifyWebhook({ body: text, headers, secret });
    expect(event.id).toBe(receiver.received[0]!.body.id);
  });
});
