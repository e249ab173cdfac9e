// kill -9 at any moment of an order and a restart: the order finishes, everything is bought once, the books balance.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { allWorkflows } from '../roles/contract.ts';
import { askUntil } from './follow.ts';
import { callKilled } from './killable.ts';
import type { Message } from './killed-installation.ts';
import { freshName, mailboxesOn, orderOf } from './order-body.ts';
import { type Body, testEnvironment } from './test-installation.ts';

const database = useTestDatabase();
const script = join(import.meta.dirname, 'killed-installation.ts');
let dataDir: string;
let running: ChildProcess | null = null;

afterAll(async () => {
  running?.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

/** The workflows that fulfil an order. */
const ofAnOrder = new Set([
  'orders.place',
  'orders.fulfil-domain',
  'domains.register',
  'domains.set-up',
  'mailboxes.buy',
]);
/** Steps that an order which goes well, and asks for no consent, never comes to. */
const notOnTheWay = new Set([
  'domains.register lookUp',
  'domains.set-up tell',
  'orders.fulfil-domain abandon',
  'orders.fulfil-domain agree',
  'orders.fulfil-domain askAgreed',
]);
/** Steps that may have bought something are asked about after a crash, and the asking is killed as well. */
const asked = ['domains.register register ask', 'mailboxes.buy create ask'];

test('an order survives kill -9 after every step, before that is recorded, with everything bought once', async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-kill-'));
  const name = freshName();
  const order = orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]);
  const died: string[] = [];
  let access: { apiKey: string; workspaceUid: string } | null = null;
  let orderId: string | null = null;
  let finished: Body = null;

  while (!finished) {
    const child = start(died);
    running = child;
    const gone = once(child, 'exit');
    const ready = await nextMessage(child, gone);
    if (ready?.type === 'ready') {
      access ??= { apiKey: ready.apiKey!, workspaceUid: ready.workspaceUid! };
      const by = access;
      const call = (path: string, body?: unknown) => callKilled(ready.baseUrl, by, path, body);
      if (orderId === null) {
        const placed = await call('/orders', order);
        orderId = placed.order_id as string;
      }
      finished = await Promise.race([orderEnded(call, orderId), gone.then(() => null)]);
      if (finished) {
        const wallet = await call('/billing/wallet');
        expect(wallet).toMatchObject({ credits_remaining: 987.5, credits_reserved: 0 });
        expect(await call('/billing/ledger/verify')).toMatchObject({ balanced: true });
        child.kill('SIGKILL');
      }
    }
    await gone;
    running = null;
  }

  expect(finished.status).toBe('done');
  const expected = allWorkflows
    .filter(({ name }) => ofAnOrder.has(name))
    .flatMap((workflow) => Object.keys(workflow.steps).map((step) => `${workflow.name} ${step}`))
    .filter((step) => !notOnTheWay.has(step))
    .map((step) => `${step} run`)
    .concat(asked);
  expect(new Set(died)).toEqual(new Set(expected));
  expect(died).toHaveLength(expected.length);
  await expectBoughtOnce(name);

  function start(survived: string[]): ChildProcess {
    const child = fork(script, {
      env: {
        PATH: process.env.PATH,
        ...testEnvironment(database.url, dataDir),
        INBOXKIT_TEST_SURVIVE: JSON.stringify(survived),
      },
      execArgv: [],
    });
    child.on('message', (message: Message) => {
      if (message.type === 'dies') died.push(message.point);
    });
    return child;
  }
}, 600_000);

/** The child's first word, or null when it died without one: an order goes on before the API answers. */
const nextMessage = async (child: ChildProcess, gone: Promise<unknown>): Promise<Message | null> => {
  const first = once(child, 'message').then(([message]) => message as Message);
  return Promise.race([first, gone.then(() => null)]);
};

const orderEnded = async (call: (path: string) => Promise<Body>, orderId: string): Promise<Body> => {
  try {
    return await askUntil(
      () => call(`/orders/${orderId}`),
      (order) => order.status === 'done' || order.status === 'error',
    );
  } catch (error) {
    // The process died under the request; its exit is what the caller waits for too.
    if (error instanceof TypeError) return new Promise(() => {});
    throw error;
  }
};

const expectBoughtOnce = async (name: string): Promise<void> => {
  const { db } = database;
  const registrations = await db
    .selectFrom('registry.name')
    .select('name')
    .where('name', '=', name)
    .execute();
  expect(registrations).toHaveLength(1);
  const mailboxes = await db
    .selectFrom('published.mailbox')
    .select('id')
    .where('domain', '=', name)
    .execute();
  expect(mailboxes).toHaveLength(1);
  const charges = await db.selectFrom('charge').select(['subject_type', 'status']).orderBy('uid').execute();
  expect(charges).toEqual([
    { subject_type: 'domain', status: 'captured' },
    { subject_type: 'mailbox', status: 'captured' },
  ]);
};
