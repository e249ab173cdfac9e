// Random purchases, payments, failures, refunds, crashes and repeated requests, against a model of what a wallet may be.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction, type Tx } from '../../../database/database.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { createTeam } from '../accounts/index.ts';
import { createWorkspace } from '../workspaces/index.ts';
import {
  addCredits,
  type ChargeLine,
  captureCharges,
  closeAccounts,
  giveBackCharges,
  openAccounts,
  reserveCharges,
  takeCreditsBack,
} from './index.ts';
import { proveBooks } from './proof.ts';
import { lastProof } from './proofs.ts';
import { proveLedgers } from './prove-ledger.job.ts';
import { balances } from './store.ts';

const database = useTestDatabase();
const now = new Date('2026-11-27T10:00:00.000Z');

const newTeam = (): Promise<{ teamUid: string; workspaceUid: string }> =>
  inTransaction(database.db, async (tx) => {
    const teamUid = await createTeam(tx, { name: newId(), createdAt: now });
    await openAccounts(tx, teamUid);
    return { teamUid, workspaceUid: (await createWorkspace(tx, teamUid, { name: 'Default' }, now)).uid };
  });

type Item = { uid: string; credits: number; state: 'reserved' | 'charged' | 'given back' };
type Model = {
  wallet: number;
  debt: number;
  items: Item[];
  payments: { key: string; credits: number; taken: boolean }[];
};
type Real = { teamUid: string; workspaceUid: string };

/** What every credit that comes in does first. */
const arrive = (model: Model, credits: number): void => {
  const paid = Math.min(model.debt, model.wallet + credits);
  model.wallet += credits - paid;
  model.debt -= paid;
};

class Crash extends Error {}

/** Does it, or does all of it and dies before the commit. */
const transact = async (crashes: boolean, fn: (tx: Tx) => Promise<unknown>): Promise<void> => {
  try {
    await inTransaction(database.db, async (tx) => {
      await fn(tx);
      if (crashes) throw new Crash();
    });
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
};

/** What must be true whatever happened. */
const check = async (model: Model, { teamUid }: Real): Promise<void> => {
  const { db } = database;
  const sums = await balances(db, teamUid);
  const of = (state: Item['state']) =>
    model.items.filter((item) => item.state === state).reduce((sum, { credits }) => sum + credits, 0);
  expect({
    wallet: sums.wallet / 1e6,
    debt: -sums.debt / 1e6 + 0,
    reserved: sums.reserved / 1e6,
    revenue: sums.revenue / 1e6,
  }).toEqual({ wallet: model.wallet, debt: model.debt, reserved: of('reserved'), revenue: of('charged') });
  expect(sums.wallet).toBeGreaterThanOrEqual(0);
  expect((await inTransaction(db, (tx) => proveBooks(tx, teamUid))).balanced).toBe(true);
  const charges = await db
    .selectFrom('charge')
    .select('subject_uid')
    .where('team_uid', '=', teamUid)
    .execute();
  expect(charges.map(({ subject_uid }) => subject_uid).sort()).toEqual(
    model.items.map(({ uid }) => uid).sort(),
  );
  const credited = await db
    .selectFrom('ledger_transaction')
    .select('reference_uid')
    .where('team_uid', '=', teamUid)
    .where('kind', 'in', ['release', 'refund'])
    .execute();
  expect(credited.map(({ reference_uid }) => reference_uid).sort()).toEqual(
    model.items
      .filter(({ state, credits }) => state === 'given back' && credits > 0)
      .map(({ uid }) => uid)
      .sort(),
  );
};

type Step = fc.AsyncCommand<Model, Real>;
const step = (what: string, run: (model: Model, real: Real) => Promise<void>): Step => ({
  check: () => true,
  async run(model, real) {
    await run(model, real);
    await check(model, real);
  },
  toString: () => what,
});
const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
const nat = fc.nat(1_000);
const times = fc.integer({ min: 1, max: 3 });

const steps = [
  fc.tuple(fc.integer({ min: 1, max: 60 }), times, fc.boolean()).map(([credits, repeats, crashes]) =>
    step(`fund ${credits} ×${repeats}${crashes ? ', crash' : ''}`, async (model, { teamUid }) => {
      const key = newId();
      const fund = (tx: Tx) =>
        addCredits(tx, { teamUid, amountMicros: credits * 1e6, key, description: 'payment', now });
      if (crashes) await transact(true, fund);
      await Promise.all(Array.from({ length: repeats }, () => transact(false, fund)));
      arrive(model, credits);
      model.payments.push({ key, credits, taken: false });
    }),
  ),
  fc
    .tuple(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([prices, crashes]) =>
      step(`buy ${prices}${crashes ? ', crash' : ''}`, async (model, { teamUid, workspaceUid }) => {
        const items = prices.map((credits): Item => ({ uid: newId(), credits, state: 'reserved' }));
        const lines = items.map(
          ({ uid, credits }): ChargeLine => ({
            subject: { type: 'mailbox', uid },
            purpose: 'first_month',
            description: 'a mailbox',
            amountMicros: credits * 1e6,
            paidWith: 'wallet',
          }),
        );
        const total = prices.reduce((sum, credits) => sum + credits, 0);
        const uid = newId();
        const bought = transact(crashes, (tx) =>
          reserveCharges(tx, {
            teamUid,
            workspaceUid,
            keyUid: null,
            reference: { type: 'order', uid },
            description: 'an order',
            lines,
            priceVersion: 1,
            now,
          }),
        );
        if (total > model.wallet) {
          await expect(bought).rejects.toThrow(/Insufficient wallet balance/);
          return;
        }
        await bought;
        if (crashes) return;
        model.wallet -= total;
        model.items.push(...items);
      }),
    ),
  fc.tuple(nat, times, fc.boolean()).map(([at, repeats, crashes]) =>
    step(`charge ${at} ×${repeats}`, async (model) => {
      const item = pick(model.items, at);
      if (!item) return;
      const capture = (tx: Tx) => captureCharges(tx, { type: 'mailbox', uid: item.uid }, now);
      if (crashes) await transact(true, capture);
      await Promise.all(Array.from({ length: repeats }, () => transact(false, capture)));
      if (item.state === 'reserved') item.state = 'charged';
    }),
  ),
  fc.tuple(nat, times, fc.boolean()).map(([at, repeats, crashes]) =>
    step(`fail ${at} ×${repeats}`, async (model) => {
      const item = pick(model.items, at);
      if (!item) return;
      const fail = (tx: Tx) => giveBackCharges(tx, { type: 'mailbox', uid: item.uid }, 'test', now);
      if (crashes) await transact(true, fail);
      await Promise.all(Array.from({ length: repeats }, () => transact(false, fail)));
      if (item.state !== 'given back') arrive(model, item.credits);
      item.state = 'given back';
    }),
  ),
  fc.tuple(nat, times).map(([at, repeats]) =>
    step(`take payment ${at} back ×${repeats}`, async (model, { teamUid }) => {
      const payment = pick(model.payments, at);
      if (!payment) return;
      for (let time = 0; time < repeats; time += 1) {
        await transact(false, (tx) =>
          takeCreditsBack(tx, {
            teamUid,
            amountMicros: payment.credits * 1e6,
            key: `back:${payment.key}`,
            description: 'refund',
            reference: { type: 'team', uid: teamUid },
            at: now,
          }),
        );
      }
      if (payment.taken) return;
      payment.taken = true;
      const fromWallet = Math.min(model.wallet, payment.credits);
      model.wallet -= fromWallet;
      model.debt += payment.credits - fromWallet;
    }),
  ),
  fc.constant(
    step('close accounts', async () => {
      await closeAccounts(database.db, new VirtualClock(now), 2);
    }),
  ),
];

test('whatever is bought, paid, failed, refunded, repeated and interrupted: the books say what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 25 }), async (commands) => {
      const real = await newTeam();
      await fc.asyncModelRun(
        () => ({ model: { wallet: 0, debt: 0, items: [], payments: [] } as Model, real }),
        commands,
      );
    }),
    { numRuns: 40 },
  );
}, 120_000);

test('of 200 purchases at once against a wallet that affords 50, exactly 50 succeed', async () => {
  const { teamUid, workspaceUid } = await newTeam();
  await inTransaction(database.db, (tx) =>
    addCredits(tx, { teamUid, amountMicros: 50e6, key: newId(), description: 'payment', now }),
  );
  const results = await Promise.allSettled(
    Array.from({ length: 200 }, () =>
      inTransaction(database.db, (tx) => {
        const uid = newId();
        return reserveCharges(tx, {
          teamUid,
          workspaceUid,
          keyUid: null,
          reference: { type: 'mailbox', uid },
          description: 'a mailbox',
          lines: [
            {
              subject: { type: 'mailbox', uid },
              purpose: 'first_month',
              description: 'a mailbox',
              amountMicros: 1e6,
              paidWith: 'wallet',
            },
          ],
          priceVersion: 1,
          now,
        });
      }),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
  expect(await balances(database.db, teamUid)).toMatchObject({ wallet: 0, reserved: 50e6 });
  expect((await inTransaction(database.db, (tx) => proveBooks(tx, teamUid))).balanced).toBe(true);
});

describe('the daily proof', () => {
  test('takes every team once a day, writes down what came of it, and names the books that are wrong', async () => {
    const { db } = database;
    const [sound, wrong] = [await newTeam(), await newTeam()];
    for (const { teamUid } of [sound, wrong]) {
      await inTransaction(db, (tx) =>
        addCredits(tx, { teamUid, amountMicros: 5e6, key: newId(), description: 'payment', now }),
      );
    }
    const account = await db
      .selectFrom('ledger_account')
      .select('uid')
      .where('team_uid', '=', wrong.teamUid)
      .where('kind', '=', 'wallet')
      .executeTakeFirstOrThrow();
    await db
      .insertInto('ledger_balance_checkpoint')
      .values({
        account_uid: account.uid,
        through_entry_id: 1_000_000_000,
        entries: 1,
        balance_micros: 5,
        created_at: now,
      })
      .execute();
    const clock = new VirtualClock(new Date(now.getTime() + 1));
    expect(await proveLedgers({ db, clock }, 10_000)).toEqual([wrong.teamUid]);
    expect(await proveLedgers({ db, clock }, 10_000)).toEqual([]);
    expect(await lastProof(db, sound.teamUid)).toMatchObject({ balanced: true, transactions: 1 });
    await clock.advance(86_400_001);
    expect(await proveLedgers({ db, clock }, 10_000)).toEqual([wrong.teamUid]);
    expect((await lastProof(db, wrong.teamUid))!.provedAt).toEqual(clock.now());
  });
});
