// Random purchases and payments over HTTP, by clients that repeat every request until it is answered, against a program
// that is killed at random moments: whatever comes of it, the books are the ones of a world in which nothing of that
// happened.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { pay, press } from './bank.ts';
import { askUntil } from './follow.ts';
import type { Message } from './killed-installation.ts';
import { contact, freshName, mailboxesOn, orderOf } from './order-body.ts';
import { type Body, testEnvironment } from './test-installation.ts';

const database = useTestDatabase();
const FIRST_CREDITS = 60;
let dataDir: string;
let environment: Record<string, string>;
let child: ChildProcess | null = null;
let baseUrl: string;
let access: { apiKey: string; workspaceUid: string };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-random-'));
  environment = {
    ...testEnvironment(database.url, dataDir),
    // Pages of checkouts that were opened before a kill are asked for after it.
    INBOXKIT_HTTP_PORT: String(await freePort()),
    INBOXKIT_FIRST_CREDITS: String(FIRST_CREDITS),
  };
  await start();
}, 120_000);
afterAll(async () => {
  child?.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

const start = async (): Promise<void> => {
  const started = fork(join(import.meta.dirname, 'killed-installation.ts'), {
    env: { PATH: process.env.PATH, ...environment },
    execArgv: [],
  });
  child = started;
  const [message] = (await once(started, 'message')) as [Message];
  if (message.type !== 'ready') throw new Error('it died by itself');
  baseUrl = message.baseUrl;
  if (message.apiKey) access = { apiKey: message.apiKey, workspaceUid: message.workspaceUid! };
};

const killAndRestart = async (): Promise<void> => {
  const killed = child!;
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  // As if a minute had passed: what the dead one had in hand may be taken up by others.
  const past = new Date(Date.now() - 1_000);
  await database.db
    .updateTable('idempotency_key')
    .set({ held_until: past })
    .where('status', 'is', null)
    .execute();
  await start();
};

type Answered = { status: number; body: Body };

/** Sends until there is an answer, under the same key: the way a careful client sends. */
const send = async (method: string, path: string, body?: unknown): Promise<Answered> => {
  const key = newId();
  for (let tries = 0; ; tries += 1) {
    try {
      const response = await fetch(`${baseUrl}/v1/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${access.apiKey}`,
          'X-Workspace-Id': access.workspaceUid,
          'Content-Type': 'application/json',
          ...(method !== 'GET' && { 'Idempotency-Key': key }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const answer: Answered = { status: response.status, body: await response.json() };
      // Somebody else still works on the same request, or its worker was killed over it.
      if (answer.body.code !== 'idempotency_in_progress') return answer;
    } catch (error) {
      if (!(error instanceof TypeError) || tries > 2_000) throw error;
    }
    await new Promise((wake) => setTimeout(wake, 25));
  }
};

/** Does it, with a kill at some moment of it. */
const underFire = async <T>(killAfterMs: number | null, act: () => Promise<T>): Promise<T> => {
  const acting = act();
  if (killAfterMs !== null) {
    await new Promise((wake) => setTimeout(wake, killAfterMs));
    await killAndRestart();
  }
  return acting;
};

/** Presses until the page was reached. Whether it was pressed before is the bank's business. */
const pressed = async (act: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await new Promise((wake) => setTimeout(wake, 25));
    }
  }
};

type Model = {
  orders: string[];
  quotes: string[];
  /** Payments a person was asked for; whether they were paid is in the end the bank's word. */
  payments: { uid: string; paid: boolean }[];
};
type Step = { name: string; killAfterMs: number | null; run(model: Model): Promise<void> };

const sentTwice = async (path: string, body: unknown): Promise<Answered> => {
  const key = newId();
  const ask = async (): Promise<Answered> => {
    const response = await fetch(`${baseUrl}/v1/api${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${access.apiKey}`,
        'X-Workspace-Id': access.workspaceUid,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const [one, two] = await Promise.all([ask(), ask()]);
  const answers = [one, two].filter(({ body: { code } }) => code !== 'idempotency_in_progress');
  // A refusal keeps no key: each says for itself what is missing, and the other may come when there is more.
  const bought = answers.filter(({ status }) => status === 201);
  for (const answer of bought) expect(answer).toEqual(bought[0]);
  return bought[0] ?? answers[0]!;
};

const kill = fc.option(fc.integer({ min: 0, max: 120 }), { freq: 2, nil: null });
const marks = ['', '-fails-registration', '-taken-late', '-times-out-after', '-times-out-before', '-busy'];
const mark = fc.constantFrom(...marks);

const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        killAfterMs: kill,
        mark,
        other: mark,
        mailboxes: fc.nat(2),
        waits: fc.boolean(),
        twice: fc.boolean(),
      })
      .map((asked): Step => {
        const { killAfterMs, mailboxes, waits, twice } = asked;
        return {
          name: `order ${asked.mark} ${asked.other} ${mailboxes}${waits ? ', waits' : ''}`,
          killAfterMs,
          async run({ orders }) {
            const names = [freshName(asked.mark), freshName(asked.other)];
            const order = orderOf(names.map((name) => ({ name, mailboxes: mailboxesOn(name, mailboxes) })));
            const body = { ...order, wait_for_funds: waits };
            const doubly = twice && killAfterMs === null;
            const answer = await (doubly ? sentTwice('/orders', body) : send('POST', '/orders', body));
            expect([201, 402]).toContain(answer.status);
            if (answer.status === 201) orders.push(answer.body.order_id);
          },
        };
      }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ killAfterMs: kill, mark, pays: fc.boolean() }).map(
      (asked): Step => ({
        name: `checkout ${asked.mark}, ${asked.pays ? 'paid' : 'called off'}`,
        killAfterMs: asked.killAfterMs,
        async run({ payments }) {
          const { status, body } = await send('POST', '/domains/register', {
            domains: [{ name: freshName(asked.mark) }],
            contact_details: contact,
          });
          expect(status).toBe(200);
          await pressed(() => (asked.pays ? pay(body.url) : press(body.url, 'cancel')));
          payments.push({ uid: body.payment_uid, paid: asked.pays });
        },
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        killAfterMs: kill,
        credits: fc.integer({ min: 5, max: 40 }),
        after: fc.constantFrom('keep', 'refund', 'decline'),
      })
      .map(
        ({ killAfterMs, credits, after }): Step => ({
          name: `add ${credits} credits, ${after}`,
          killAfterMs,
          async run({ payments }) {
            const { body } = await send('POST', '/billing/wallet/add-credits', { credits });
            if (after === 'decline') await pressed(() => press(body.url, 'fail'));
            await pressed(() => pay(body.url));
            payments.push({ uid: body.payment.uid, paid: true });
            if (after !== 'refund') return;
            const { url } = (await send('GET', '/billing/manage')).body;
            const paid = await database.db
              .selectFrom('bank.payment')
              .select('id')
              .where('reference', '=', body.payment.uid)
              .executeTakeFirstOrThrow();
            await pressed(() => press(url, 'refund', { payment: paid.id }));
          },
        }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ killAfterMs: kill, at: fc.nat(20), what: fc.constantFrom('cancel', 'retry') }).map(
      ({ killAfterMs, at, what }): Step => ({
        name: `${what} order ${at}`,
        killAfterMs,
        async run({ orders }) {
          const uid = orders[at % Math.max(1, orders.length)];
          if (uid === undefined) return;
          const { status } = await send('POST', `/orders/${uid}/${what}`, {});
          expect([200, 201, 402, 409]).toContain(status);
        },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ killAfterMs: kill, mark }).map(
      (asked): Step => ({
        name: `names that wait ${asked.mark}`,
        killAfterMs: asked.killAfterMs,
        async run({ quotes }) {
          const { status, body } = await send('POST', '/domains/register', {
            domains: [{ name: freshName(asked.mark) }],
            contact_details: contact,
            use_wallet_balance: true,
            wait_for_funds: true,
          });
          expect(status).toBe(200);
          if (body.waits) quotes.push(body.waits.quote_uid);
        },
      }),
    ),
  },
);

/** Fills the wallet until nobody waits any more, and waits until everything has ended. */
const settle = async ({ orders, quotes, payments }: Model): Promise<void> => {
  const { body } = await send('POST', '/billing/wallet/add-credits', { credits: 500 });
  await pay(body.url);
  payments.push({ uid: body.payment.uid, paid: true });
  for (const { uid, paid } of payments) {
    await askUntil(
      async () => (await send('GET', `/billing/payments/${uid}`)).body.payment.status,
      (status) => status === (paid ? 'succeeded' : 'expired'),
    );
  }
  for (const uid of orders) {
    await askUntil(
      async () => (await send('GET', `/orders/${uid}`)).body.status,
      (status) => status === 'done' || status === 'error',
    );
  }
  for (const uid of quotes) {
    await askUntil(
      async () => (await send('GET', `/quotes/${uid}`)).body.quote.status,
      (status) => status === 'accepted' || status === 'cancelled',
    );
  }
  const underWay = async () =>
    Number(
      (
        await database.db
          .selectFrom('domain')
          .select((eb) => eb.fn.countAll<string>().as('count'))
          .where('status', 'not in', ['active', 'cancelled', 'payment_failed'])
          .executeTakeFirstOrThrow()
      ).count,
    );
  await askUntil(underWay, (count) => count === 0);
};

const expectRightBooks = async ({ payments }: Model): Promise<void> => {
  const { db } = database;
  const { body: proof } = await send('GET', '/billing/ledger/verify');
  expect(proof, JSON.stringify(proof)).toMatchObject({ balanced: true, accounts: { reserved: 0 } });
  expect(proof.accounts.wallet).toBeGreaterThanOrEqual(0);

  // What was paid is in the books once, and what was given back is out of them once.
  const paid = await Promise.all(
    payments.map(async ({ uid }) => (await send('GET', `/billing/payments/${uid}`)).body.payment),
  );
  const arrived = paid.reduce((sum, { credits, refunded }) => sum + credits - refunded, FIRST_CREDITS);
  expect(-proof.accounts.funding).toBeCloseTo(arrived, 6);
  expect(proof.accounts.wallet + proof.accounts.revenue + proof.accounts.debt).toBeCloseTo(arrived, 6);

  // A thing that is there was charged once; a thing that is not costs nothing.
  const charges = await db.selectFrom('charge').select(['subject_uid', 'status', 'amount_micros']).execute();
  const chargesOf = (uid: string) => charges.filter(({ subject_uid }) => subject_uid === uid);
  const domains = await db.selectFrom('domain').select(['uid', 'name', 'status']).execute();
  const registered = await db.selectFrom('registry.name').select('name').execute();
  for (const { uid, name, status } of domains) {
    const kept = chargesOf(uid).filter((charge) => charge.status === 'captured');
    expect([name, status, kept.length]).toEqual([name, status, status === 'active' ? 1 : 0]);
    expect(chargesOf(uid).length).toBeLessThanOrEqual(1);
    const held = registered.filter((row) => row.name === name).length;
    // A name that was taken late is held by whoever took it.
    if (!name.includes('taken-late')) expect([name, held]).toEqual([name, status === 'active' ? 1 : 0]);
  }
  const mailboxes = await db.selectFrom('mailbox').select(['uid', 'address', 'status']).execute();
  for (const { uid, address, status } of mailboxes) {
    const kept = chargesOf(uid).filter((charge) => charge.status === 'captured');
    expect(['active', 'failed']).toContain(status);
    expect([address, kept.length]).toEqual([address, status === 'active' ? 1 : 0]);
  }
  const captured = charges.filter(({ status }) => status === 'captured');
  const spent = captured.reduce((sum, { amount_micros }) => sum + amount_micros, 0) / 1e6;
  expect(proof.accounts.revenue).toBeCloseTo(spent, 6);
};

test('random purchases, payments and failures, repeated and killed at random, end in the right books', async () => {
  const model: Model = { orders: [], quotes: [], payments: [] };
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 8, maxLength: 8, size: 'max' }), async (script) => {
      for (const step of script) await underFire(step.killAfterMs, () => step.run(model));
      await settle(model);
      await expectRightBooks(model);
    }),
    // Runs go on in one installation, so there is nothing to shrink to.
    { numRuns: Number(process.env.INBOXKIT_TEST_RANDOM_RUNS ?? 1), endOnFailure: true },
  );
}, 300_000);
