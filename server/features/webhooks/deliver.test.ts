// The worker over virtual time: what receivers get when they are away, slow, refusing or gone.
import { BlockList } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing } from '../../../database/secret-box.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { createOutgoing } from '../../http/outgoing.ts';
import { type HookReceiver, startHookReceiver } from '../../testing/hook-receiver.ts';
import { createTeam, openKeys } from '../accounts/index.ts';
import { type NewEvent, recordEvents } from '../events/index.ts';
import { createWebhookWorker } from './deliver.job.ts';
import { deliveryList } from './delivery-store.ts';
import { sealWebhookSecret } from './secrets.ts';
import { newWebhookSecret } from './sign.ts';
import { endpointByUid, endpointInsert } from './store.ts';
import type { WebhookEndpoint } from './webhook.ts';

const database = useTestDatabase();
const secrets = createSecretBox(parseKeyRing(generateKey()));
const loopback = new BlockList();
loopback.addAddress('127.0.0.1', 'ipv4');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const firstPage = { limit: 500, offset: 0, after: null };

let clock: VirtualClock;
let receiver: HookReceiver;
let teamUid: string;
let keyUid: string;
let worker: ReturnType<typeof createWebhookWorker>;
const warnings: unknown[] = [];

beforeEach(async () => {
  clock = new VirtualClock(new Date('2026-11-01T00:00:00.000Z'));
  receiver = await startHookReceiver();
  const keys = await openKeys({ db: database.db, secrets, clock });
  teamUid = await inTransaction(database.db, async (tx) => {
    const uid = await createTeam(tx, { name: 'Team', createdAt: clock.now() });
    await keys.issue(tx, { teamUid: uid, name: 'Key' });
    return uid;
  });
  const key = await database.db
    .selectFrom('api_key')
    .select('uid')
    .where('team_uid', '=', teamUid)
    .executeTakeFirstOrThrow();
  keyUid = key.uid;
  worker = makeWorker();
  warnings.splice(0);
});

afterEach(async () => {
  await worker.close(0);
  await receiver.close();
});

const makeWorker = () =>
  createWebhookWorker({
    db: database.db,
    clock,
    secrets,
    outgoing: createOutgoing({ allowTargets: loopback }),
    log: { warn: (...args) => warnings.push(args), error: (...args) => warnings.push(args) },
    random: () => 0.5,
  });

const addEndpoint = async (url: string, wish: Partial<WebhookEndpoint> = {}): Promise<WebhookEndpoint> => {
  const uid = newId();
  const endpoint: WebhookEndpoint = {
    uid,
    teamUid,
    workspaceUid: null,
    ofWorkspaceSettings: false,
    url,
    description: '',
    format: 'standard',
    eventTypes: [],
    includeSecrets: false,
    keyUid,
    previousSecretUntil: null,
    status: 'enabled',
    disabledReason: null,
    failingSince: null,
    createdAt: clock.now(),
    updatedAt: clock.now(),
    ...wish,
  };
  const secretSealed = sealWebhookSecret(secrets, uid, newWebhookSecret());
  await inTransaction(database.db, (tx) => endpointInsert(tx, { ...endpoint, secretSealed }));
  return endpoint;
};

const record = (subjectUid: string, number: number, type = 'domain.changed'): Promise<unknown> => {
  const event: NewEvent = {
    teamUid,
    workspaceUid: null,
    type,
    subjectType: 'domain',
    subjectUid,
    data: { number },
    occurredAt: clock.now(),
  };
  return inTransaction(database.db, (tx) => recordEvents(tx, [event]));
};

/** Lets time pass in small steps, with the worker looking at each. */
const pass = async (ms: number, stepMs: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await clock.advance(stepMs);
    await worker.runDue();
  }
};

const numbersOf = (subjectUid: string, from = receiver) =>
  from.received.filter(({ body }) => body.subject.id === subjectUid).map(({ body }) => body.data.number);

test('a receiver that is down for ten hours gets everything once, in order per thing', async () => {
  await addEndpoint(receiver.url());
  const things = [newId(), newId(), newId()];
  const delivered: string[] = [];
  receiver.answer = () => ({ status: 503 });
  for (let hour = 0; hour < 10; hour += 1) {
    for (const thing of things) await record(thing, hour);
    await pass(HOUR_MS, 10 * MINUTE_MS);
  }
  expect(receiver.received.length).toBeGreaterThan(5);
  // It never sees a later event of a thing while an earlier one is not delivered.
  expect(new Set(receiver.received.map(({ body }) => body.data.number))).toEqual(new Set([0]));
  receiver.received.splice(0);
  receiver.answer = ({ headers }) => {
    delivered.push(String(headers['webhook-id']));
    return { status: 200 };
  };
  await pass(2 * HOUR_MS, 10 * MINUTE_MS);
  for (const thing of things) expect(numbersOf(thing)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Set(delivered).size).toBe(30);
  await pass(48 * HOUR_MS, HOUR_MS);
  expect(receiver.received).toHaveLength(30);
});

test('one thing that a receiver refuses holds up that thing only, and not for ever', async () => {
  const endpoint = await addEndpoint(receiver.url());
  const [bad, good] = [newId(), newId()];
  receiver.answer = ({ body }) => ({ status: body.subject.id === bad && body.data.number === 1 ? 422 : 200 });
  for (const number of [1, 2]) for (const thing of [bad, good]) await record(thing, number);
  await worker.runDue();
  expect(numbersOf(good)).toEqual([1, 2]);
  expect(numbersOf(bad)).toEqual([1]);
  await pass(4 * HOUR_MS, MINUTE_MS);
  expect(numbersOf(bad)).toEqual([1, 1, 1, 1, 2]);
  const { deliveries } = await deliveryList(
    database.db,
    { endpointUid: endpoint.uid, status: 'failed' },
    firstPage,
  );
  expect(deliveries).toMatchObject([{ attempts: 4, lastStatus: 422, subjectUid: bad }]);
});

test('a slow receiver delays nobody else', async () => {
  const slow = await startHookReceiver();
  try {
    slow.answer = () => 'silence';
    await addEndpoint(slow.url());
    await addEndpoint(receiver.url());
    const things = Array.from({ length: 20 }, () => newId());
    for (const thing of things) await record(thing, 1);
    const running = worker.runDue();
    while (receiver.received.length < 20) await new Promise((wake) => setTimeout(wake, 20));
    // Four at once at most wait for the silent one.
    expect(slow.received.length).toBeLessThanOrEqual(4);
    await slow.close();
    await running;
  } finally {
    await slow.close().catch(() => {});
  }
});

test('a receiver that cannot be reached is asked by one delivery at a time', async () => {
  await addEndpoint(receiver.url());
  receiver.answer = () => ({ status: 500 });
  for (let index = 0; index < 50; index += 1) await record(newId(), index);
  await pass(HOUR_MS, MINUTE_MS);
  // Fifty things, each on its own schedule, would have been fifty times as many.
  expect(receiver.received.length).toBeLessThan(30);
  receiver.received.splice(0);
  receiver.answer = () => ({ status: 200 });
  await pass(30 * MINUTE_MS, MINUTE_MS);
  expect(receiver.received).toHaveLength(50);
});

test('410 disables the endpoint, which says why, and what comes later is not sent', async () => {
  const endpoint = await addEndpoint(receiver.url());
  const watcher = await startHookReceiver();
  await addEndpoint(watcher.url(), { eventTypes: ['webhook.*'] });
  try {
    receiver.answer = () => ({ status: 410 });
    await record(newId(), 1);
    await worker.runDue();
    await record(newId(), 2);
    await pass(24 * HOUR_MS, HOUR_MS);
    expect(receiver.received).toHaveLength(1);
    expect(await endpointByUid(database.db, teamUid, endpoint.uid)).toMatchObject({
      status: 'disabled',
      disabledReason: 'the receiver answered 410: it is gone for good',
    });
    expect(watcher.received.map(({ body }) => [body.type, body.subject.id])).toEqual([
      ['webhook.disabled', endpoint.uid],
    ]);
  } finally {
    await watcher.close();
  }
});

test('an endpoint at which nothing succeeds for three days is disabled', async () => {
  const endpoint = await addEndpoint(receiver.url());
  receiver.answer = () => ({ status: 500 });
  for (let day = 0; day < 4; day += 1) {
    await record(newId(), day);
    await pass(24 * HOUR_MS, HOUR_MS / 2);
  }
  expect(await endpointByUid(database.db, teamUid, endpoint.uid)).toMatchObject({ status: 'disabled' });
});

test('a process that dies between sending and writing it down leaves the delivery to another', async () => {
  await addEndpoint(receiver.url());
  const thing = newId();
  await record(thing, 1);
  let first = true;
  const dying = createWebhookWorker({
    db: database.db,
    clock,
    secrets,
    outgoing: {
      async send(request) {
        await createOutgoing({ allowTargets: loopback }).send(request);
        if (!first) throw new Error('only once');
        first = false;
        return new Promise(() => {});
      },
    },
    log: { warn: () => {}, error: () => {} },
  });
  void dying.runDue();
  while (receiver.received.length < 1) await new Promise((wake) => setTimeout(wake, 20));
  await worker.runDue();
  expect(receiver.received).toHaveLength(1);
  await pass(2 * MINUTE_MS, MINUTE_MS);
  expect(numbersOf(thing)).toEqual([1, 1]);
  // The receiver can tell that it is the same one.
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('two workers over one queue send nothing twice', async () => {
  await addEndpoint(receiver.url());
  const other = makeWorker();
  const things = Array.from({ length: 30 }, () => newId());
  for (const thing of things) for (const number of [1, 2]) await record(thing, number);
  await Promise.all([worker.runDue(), other.runDue()]);
  await Promise.all([worker.runDue(), other.runDue()]);
  for (const thing of things) expect(numbersOf(thing)).toEqual([1, 2]);
  await other.close(0);
});

test('an address inside the operator’s network is refused, and the delivery says so', async () => {
  const endpoint = await addEndpoint('http://10.0.0.1/');
  await record(newId(), 1);
  await worker.runDue();
  const { deliveries } = await deliveryList(database.db, { endpointUid: endpoint.uid }, firstPage);
  expect(deliveries[0]).toMatchObject({ status: 'pending', attempts: 1, lastStatus: null });
  expect(deliveries[0]!.lastError).toContain('10.0.0.1 is not an address on the internet');
});
