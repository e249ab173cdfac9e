// What the books promise, whatever code writes to them.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { createTeam } from '../accounts/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { createWorkspace } from '../workspaces/index.ts';
import type { ChargeLine } from './charge.ts';
import {
  addCredits,
  captureCharges,
  closeAccounts,
  giveBackCharges,
  openAccounts,
  reserveCharges,
} from './index.ts';
import { proveBooks } from './proof.ts';
import {
  accountStates,
  balances,
  balancesFromFirstEntry,
  chargedMicros,
  unbalancedTransactions,
} from './store.ts';
import { walletMovements } from './wallet-movements.ts';

const database = useTestDatabase();
const now = new Date('2026-11-23T10:00:00.000Z');
let workspaceUid: string;

const newTeam = (credits: number): Promise<string> =>
  inTransaction(database.db, async (tx) => {
    const teamUid = await createTeam(tx, { name: newId(), createdAt: now });
    await openAccounts(tx, teamUid);
    workspaceUid = (await createWorkspace(tx, teamUid, { name: 'Default' }, now)).uid;
    const amountMicros = creditsToMicros(credits);
    await addCredits(tx, { teamUid, amountMicros, key: teamUid, description: 'Test', now });
    return teamUid;
  });

const accountsOf = async (db: Db, teamUid: string) => {
  const { wallet, funding } = await accountStates(db, teamUid, ['wallet', 'funding']);
  return { wallet: wallet.uid, funding: funding.uid };
};

const line = (amountMicros: number): ChargeLine => ({
  subject: { type: 'mailbox', uid: newId() },
  purpose: 'first_month',
  description: 'a mailbox',
  amountMicros,
  paidWith: 'wallet',
});

const buy = (teamUid: string, lines: ChargeLine[]) =>
  inTransaction(database.db, (tx) =>
    reserveCharges(tx, {
      teamUid,
      workspaceUid,
      reference: { type: 'mailbox', uid: newId() },
      description: 'mailboxes',
      lines,
      keyUid: null,
      priceVersion: 1,
      now,
    }),
  );

describe('the database refuses', () => {
  let teamUid: string;
  beforeAll(async () => {
    teamUid = await newTeam(10);
  });
  const transaction = (uid: string) => ({
    uid,
    team_uid: teamUid,
    kind: 'refund',
    idempotency_key: newId(),
    description: 'forged',
    reference_type: 'team',
    reference_uid: teamUid,
    created_at: now,
  });

  test('a transaction whose entries do not sum to zero', async () => {
    const forged = database.db.transaction().execute(async (tx) => {
      const uid = newId();
      const accounts = await accountsOf(tx, teamUid);
      await tx.insertInto('ledger_transaction').values(transaction(uid)).execute();
      await tx
        .insertInto('ledger_entry')
        .values([
          { transaction_uid: uid, account_uid: accounts.funding, amount_micros: -1 },
          { transaction_uid: uid, account_uid: accounts.wallet, amount_micros: 2 },
        ])
        .execute();
    });
    await expect(forged).rejects.toThrow(/does not balance/);
  });

  test('a transaction without entries, and an entry added to one that balanced', async () => {
    const empty = database.db.insertInto('ledger_transaction').values(transaction(newId())).execute();
    await expect(empty).rejects.toThrow(/does not balance/);
    const booked = await database.db
      .selectFrom('ledger_transaction')
      .select('uid')
      .where('team_uid', '=', teamUid)
      .executeTakeFirstOrThrow();
    const accounts = await accountsOf(database.db, teamUid);
    const added = database.db
      .insertInto('ledger_entry')
      .values({ transaction_uid: booked.uid, account_uid: accounts.wallet, amount_micros: 5 })
      .execute();
    await expect(added).rejects.toThrow(/does not balance/);
  });

  test('changing or removing what was booked, and what happened', async () => {
    const { db } = database;
    await expect(db.updateTable('ledger_entry').set({ amount_micros: 1 }).execute()).rejects.toThrow(
      /never changed/,
    );
    await expect(db.deleteFrom('ledger_entry').execute()).rejects.toThrow(/never changed/);
    await expect(db.deleteFrom('ledger_transaction').execute()).rejects.toThrow(/never changed/);
    await expect(db.updateTable('event').set({ type: 'x' }).execute()).rejects.toThrow(/never changed/);
  });
});

describe('purchases', () => {
  test('of 60 at once against a wallet that affords 15, exactly 15 succeed', async () => {
    const teamUid = await newTeam(15);
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, () => buy(teamUid, [line(creditsToMicros(1))])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(15);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(new Set(refused.map((reason) => reason.definition?.code))).toEqual(
      new Set(['insufficient_funds']),
    );
    expect((await balances(database.db, teamUid)).wallet).toBe(0);
  });

  test('captured or given back any number of times, in any order and at once, move the money once', async () => {
    const action = fc.constantFrom('capture', 'giveBack');
    const scenario = fc.array(
      fc.record({ credits: fc.integer({ min: 0, max: 5 }), actions: fc.array(action) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(scenario, async (items) => {
        const teamUid = await newTeam(100);
        const lines = items.map(({ credits }) => line(creditsToMicros(credits)));
        await buy(teamUid, lines);
        await Promise.all(
          items.flatMap(({ actions }, index) =>
            actions.map((what) =>
              inTransaction(database.db, (tx) =>
                what === 'capture'
                  ? captureCharges(tx, lines[index]!.subject, now)
                  : giveBackCharges(tx, lines[index]!.subject, 'test', now),
              ),
            ),
          ),
        );
        const sums = await balances(database.db, teamUid);
        const kept = items
          .filter(({ actions }) => !actions.includes('giveBack'))
          .reduce((total, { credits }) => total + creditsToMicros(credits), 0);
        expect(sums.wallet).toBe(creditsToMicros(100) - kept);
        expect(sums.reserved + sums.revenue).toBe(kept);
        expect(sums.revenue).toBe(await chargedMicros(database.db, teamUid, 'captured'));
        expect(await unbalancedTransactions(database.db, teamUid)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test('credits added twice under one key are added once', async () => {
    const teamUid = await newTeam(1);
    const add = () =>
      inTransaction(database.db, (tx) =>
        addCredits(tx, {
          teamUid,
          amountMicros: 5_000_000,
          key: `top-up-${teamUid}`,
          description: 'Top-up',
          now,
        }),
      );
    await Promise.all([add(), add(), add()]);
    expect((await balances(database.db, teamUid)).wallet).toBe(6_000_000);
  });
});

describe('closing sums', () => {
  const clock = new VirtualClock(now);
  const close = (entries: number) => closeAccounts(database.db, clock, entries);
  const fund = (tx: Tx, teamUid: string) =>
    addCredits(tx, { teamUid, amountMicros: 1_000_000, key: newId(), description: 'Top-up', now });
  const closed = async (teamUid: string): Promise<number[]> => {
    const rows = await database.db
      .selectFrom('ledger_balance_checkpoint')
      .select('entries')
      .where('account_uid', '=', (await accountsOf(database.db, teamUid)).wallet)
      .orderBy('through_entry_id')
      .execute();
    return rows.map(({ entries }) => entries);
  };

  test('say what the entries say, whatever is booked while they are made', async () => {
    const teamUid = await newTeam(50);
    const bookings = Array.from({ length: 40 }, async (_, index) => {
      if (index % 2 === 0) return inTransaction(database.db, (tx) => fund(tx, teamUid));
      const bought = line(creditsToMicros(1));
      await buy(teamUid, [bought]);
      return inTransaction(database.db, (tx) => giveBackCharges(tx, bought.subject, 'test', now));
    });
    await Promise.all([...bookings, ...Array.from({ length: 10 }, () => close(2))]);
    await close(1);
    expect(await closed(teamUid)).not.toEqual([]);
    const kept = await balances(database.db, teamUid);
    expect(kept).toEqual(await balancesFromFirstEntry(database.db, teamUid));
    expect(kept.wallet).toBe(creditsToMicros(70));
  });

  test('are not made over a booking that has yet to commit', async () => {
    const teamUid = await newTeam(1);
    const { db } = database;
    await inTransaction(db, async (early) => {
      await fund(early, teamUid);
      await inTransaction(db, (late) => fund(late, teamUid));
      await close(1);
      expect(await closed(teamUid)).toEqual([]);
    });
    await close(1);
    expect(await closed(teamUid)).toEqual([3]);
    expect((await balances(db, teamUid)).wallet).toBe(creditsToMicros(3));
  });

  test('are made for accounts that grew, again and again, and for no others', async () => {
    const teamUid = await newTeam(1);
    const grow = () => inTransaction(database.db, (tx) => fund(tx, teamUid));
    await close(2);
    expect(await closed(teamUid)).toEqual([]);
    await grow();
    await close(2);
    await close(2);
    expect(await closed(teamUid)).toEqual([2]);
    await grow();
    await grow();
    await close(2);
    expect(await closed(teamUid)).toEqual([2, 4]);
  });

  test('are never changed or removed, and one that is wrong is found by the proof', async () => {
    const teamUid = await newTeam(7);
    const { db } = database;
    expect((await inTransaction(db, (tx) => proveBooks(tx, teamUid))).balanced).toBe(true);
    const account_uid = (await accountsOf(db, teamUid)).wallet;
    await db
      .insertInto('ledger_balance_checkpoint')
      .values({
        account_uid,
        through_entry_id: 1_000_000,
        entries: 1,
        balance_micros: 5,
        created_at: now,
      })
      .execute();
    const proof = await inTransaction(db, (tx) => proveBooks(tx, teamUid));
    expect([proof.balanced, proof.accounts.wallet]).toEqual([false, creditsToMicros(7)]);
    const forged = db.updateTable('ledger_balance_checkpoint').set({ balance_micros: 9 }).execute();
    await expect(forged).rejects.toThrow(/never changed/);
    await expect(db.deleteFrom('ledger_balance_checkpoint').execute()).rejects.toThrow(/never changed/);
  });
});

test('each movement of the wallet carries the balance after it, on every page and past every closing sum', async () => {
  const teamUid = await newTeam(28);
  const { db } = database;
  const clock = new VirtualClock(now);
  for (let round = 1; round <= 7; round += 1) {
    await buy(teamUid, [line(creditsToMicros(round))]);
    if (round === 4) await closeAccounts(db, clock, 1);
  }
  const page = (limit: number, offset: number) =>
    inTransaction(db, (tx) => walletMovements(tx, teamUid, {}, { limit, offset, beforeId: null }));
  expect((await page(100, 0)).rows.map((row) => row.balance_after / 1e6)).toEqual([
    0, 7, 13, 18, 22, 25, 27, 28,
  ]);
  const third = await page(3, 6);
  expect(third.total).toBe(8);
  expect(third.rows.map((row) => [row.kind, row.balance_after / 1e6])).toEqual([
    ['reserve', 27],
    ['funding', 28],
  ]);
});
