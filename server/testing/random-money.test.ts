// Random purchases and payments over HTTP, by clients that repeat every request until it is answered, against a program
// that is killed at random moments: whatever comes of it, the books are the ones of a world in which nothing of that
// happened.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../database/uuid.ts';
import { pay, press } from './bank.ts';
import { askUntil } from './follow.ts';
import { useKillable } from './killable.ts';
import { contact, freshName, mailboxesOn, orderOf } from './order-body.ts';
import type { Body } from './test-installation.ts';

const FIRST_CREDITS = 60;
const program = useKillable({ INBOXKIT_FIRST_CREDITS: String(FIRST_CREDITS) });

const killAndRestart = async (): Promise<void> => {
  await program.kill();
  // As if a minute had passed: what the dead one had in hand may be taken up by others.
  const past = new Date(Date.now() - 1_000);
  await program.database.db
    .updateTable('idempotency_key')
    .set({ held_until: past })
    .where('status', 'is', null)
    .execute();
  await program.start();
};

type Answered = { status: number; body: Body };

/** Sends until there is an answer, under the same key: the way a careful client sends. */
const send = async (method: string, path: string, body?: unknown, key = newId()): Promise<Answered> => {
  for (let tries = 0; ; tries += 1) {
    try {
      const response = await fetch(`${program.baseUrl}/v1/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${program.access.apiKey}`,
          'X-Workspace-Id': program.access.workspaceUid,
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
type Step = { name: string; run(model: Model): Promise<void> };
/** Steps that are taken at the same moment, and when after it the program is killed. */
type Round = { killAfterMs: number | null; steps: Step[] };

/** By a client that does not wait for the answer before it sends again. */
const sentTwice = async (path: string, body: unknown): Promise<Answered> => {
  const key = newId();
  const answers = await Promise.all([send('POST', path, body, key), send('POST', path, body, key)]);
  // A refusal keeps no key: each says for itself what is missing, and the other may come when there is more.
  const bought = answers.filter(({ status }) => status === 201);
  for (const answer of bought) expect(answer).toEqual(bought[0]);
  return bought[0] ?? answers[0]!;
};

const marks = ['', '-fails-registration', '-taken-late', '-times-out-after', '-times-out-before', '-busy'];
const mark = fc.constantFrom(...marks);

const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        mark,
        other: mark,
        mailboxes: fc.nat(2),
        waits: fc.boolean(),
        twice: fc.boolean(),
      })
      .map((asked): Step => {
        const { mailboxes, waits, twice } = asked;
        return {
          name: `order ${asked.mark} ${asked.other} ${mailboxes}${waits ? ', waits' : ''}`,
          async run({ orders }) {
            const names = [freshName(asked.mark), freshName(asked.other)];
            const order = orderOf(names.map((name) => ({ name, mailboxes: mailboxesOn(name, mailboxes) })));
            const body = { ...order, wait_for_funds: waits };
            const answer = await (twice ? sentTwice('/orders', body) : send('POST', '/orders', body));
            expect([201, 402]).toContain(answer.status);
            if (answer.status === 201) orders.push(answer.body.order_id);
          },
        };
      }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ mark, pays: fc.boolean() }).map(
      (asked): Step => ({
        name: `checkout ${asked.mark}, ${asked.pays ? 'paid' : 'called off'}`,
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
        credits: fc.integer({ min: 5, max: 40 }),
        after: fc.constantFrom('keep', 'refund', 'decline'),
      })
      .map(
        ({ credits, after }): Step => ({
          name: `add ${credits} credits, ${after}`,
          async run({ payments }) {
            const { body } = await send('POST', '/billing/wallet/add-credits', { credits });
            if (after === 'decline') await pressed(() => press(body.url, 'fail'));
            await pressed(() => pay(body.url));
            payments.push({ uid: body.payment.uid, paid: true });
            if (after !== 'refund') return;
            const { url } = (await send('GET', '/billing/manage')).body;
            const paid = await program.database.db
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
    arbitrary: fc.record({ at: fc.nat(20), what: fc.constantFrom('cancel', 'retry') }).map(
      ({ at, what }): Step => ({
        name: `${what} order ${at}`,
        async run({ orders, quotes }) {
          const uid = orders[at % Math.max(1, orders.length)];
          if (uid === undefined) return;
          const asked = what === 'retry' ? { wait_for_funds: at % 2 === 0 } : {};
          const { status, body } = await send('POST', `/orders/${uid}/${what}`, asked);
          expect([200, 201, 402, 409]).toContain(status);
          if (body.waits) quotes.push(body.waits.quote_uid);
        },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ mark }).map(
      (asked): Step => ({
        name: `names that wait ${asked.mark}`,
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

const rounds: fc.Arbitrary<Round> = fc.record({
  killAfterMs: fc.option(fc.integer({ min: 0, max: 200 }), { freq: 2, nil: null }),
  steps: fc.array(steps, { minLength: 2, maxLength: 2 }),
});

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
        await program.database.db
          .selectFrom('domain')
          .select((eb) => eb.fn.countAll<string>().as('count'))
          .where('status', 'not in', ['active', 'cancelled', 'payment_failed'])
          .executeTakeFirstOrThrow()
      ).count,
    );
  await askUntil(underWay, (count) => count === 0);
};

const expectRightBooks = async ({ payments }: Model): Promise<void> => {
  const { db } = program.database;
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
    fc.asyncProperty(fc.array(rounds, { minLength: 4, maxLength: 4, size: 'max' }), async (script) => {
      for (const { killAfterMs, steps: taken } of script) {
        await underFire(killAfterMs, () => Promise.all(taken.map((step) => step.run(model))));
      }
      await settle(model);
      await expectRightBooks(model);
    }),
    // Runs go on in one installation, so there is nothing to shrink to.
    { numRuns: Number(process.env.INBOXKIT_TEST_RANDOM_RUNS ?? 1), endOnFailure: true },
  );
}, 300_000);
