// Renewals of subscriptions: whatever happens on the way, and a year of them.
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { createTeam } from '../accounts/index.ts';
import { addCredits, ledgerBalances } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { openBooks } from './funds.ts';
import { renew, renewId } from './renew.workflow.ts';
import { settle, subscriptionPaid } from './settle.ts';
import { subscriptionOf, subscriptionsDue } from './store.ts';
import { upcomingSubscriptionRenewals } from './upcoming.ts';

const database = useTestDatabase();
const start = new Date('2026-01-31T10:00:00.000Z');

const newTeam = (db: Db, credits: number): Promise<string> =>
  inTransaction(db, async (tx) => {
    const teamUid = await createTeam(tx, { name: newId(), createdAt: start });
    await openBooks(tx, teamUid, start);
    if (credits > 0) await fund(tx, teamUid, credits);
    return teamUid;
  });

const fund = (db: Db, teamUid: string, credits: number): Promise<void> =>
  inTransaction(db, (tx) =>
    addCredits(tx, {
      teamUid,
      amountMicros: creditsToMicros(credits),
      key: newId(),
      description: 'Test',
      now: start,
    }),
  );

const wallet = async (db: Db, teamUid: string) => (await ledgerBalances(db, teamUid)).wallet / 1e6;
const told = async (db: Db, teamUid: string) => {
  const rows = await db
    .selectFrom('event')
    .select('type')
    .where('team_uid', '=', teamUid)
    .where('subject_type', '=', 'subscription')
    .orderBy('seq')
    .execute();
  return rows.map(({ type }) => type.replace('subscription.', ''));
};

/** Lets time pass until `until`, and does what is due when it is due. Answers how often something was. */
const pass = async (teamUid: string, clock: VirtualClock, until: Date): Promise<number> => {
  for (let looks = 0; ; looks += 1) {
    const due = (await subscriptionsDue(database.db, until)).find((row) => row.teamUid === teamUid);
    if (!due) return looks;
    const waitMs = due.dueAt.getTime() - clock.now().getTime();
    if (waitMs > 0) await clock.advance(waitMs);
    await inTransaction(database.db, (tx) => settle(tx, teamUid, clock.now()));
    // A second look at the same moment finds nothing to do, unless the next period is over, too.
    const { dueAt } = await subscriptionOf(database.db, teamUid);
    if (dueAt && dueAt <= clock.now()) continue;
    expect(await inTransaction(database.db, (tx) => settle(tx, teamUid, clock.now()))).toBe('nothing');
  }
};

exerciseWorkflow('subscriptions.renew', {
  database,
  definition: renew,
  context: () => ({ db: database.db, clock: new VirtualClock(new Date('2026-02-28T10:00:00.000Z')) }),
  setup: async ({ db }) => {
    const teamUid = await newTeam(db, 100);
    return { teamUid, input: { teamUid }, id: renewId(teamUid, start) };
  },
  check: {
    async succeeded({ teamUid }, _value, { db }) {
      expect(await wallet(db, teamUid)).toBe(61);
      expect(await told(db, teamUid)).toEqual(['renewed']);
    },
    async failed({ teamUid }, _failure, { db }) {
      expect(await wallet(db, teamUid)).toBe(100);
      expect((await subscriptionOf(db, teamUid)).dueAt!.toISOString()).toBe('2026-02-28T11:00:00.000Z');
    },
  },
});

describe('a year of a subscription', () => {
  test('is twelve payments on the last days of months, each said a week before, and all foreseen', async () => {
    const { db } = database;
    const teamUid = await newTeam(db, 1000);
    const clock = new VirtualClock(start);
    const until = new Date('2027-01-31T12:00:00.000Z');
    const foreseen = await upcomingSubscriptionRenewals(db, teamUid, until);
    expect(foreseen.map(({ at }) => at.toISOString().slice(0, 10))).toEqual([
      ...['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31'],
      ...['2026-08-31', '2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31', '2027-01-31'],
    ]);
    await pass(teamUid, clock, until);
    expect(await wallet(db, teamUid)).toBe(1000 - 12 * 39);
    expect(await told(db, teamUid)).toEqual(Array(12).fill(['renewal_due', 'renewed']).flat());
    const terms = await db
      .selectFrom('subscription_term')
      .select(['starts_at', 'ends_at'])
      .where('team_uid', '=', teamUid)
      .orderBy('starts_at')
      .execute();
    for (const [index, term] of terms.entries()) {
      expect(term.starts_at).toEqual(terms[index - 1]?.ends_at ?? new Date('2026-02-28T10:00:00.000Z'));
    }
  });

  test('of a program that was away all of it is caught up with, period by period', async () => {
    const teamUid = await newTeam(database.db, 1000);
    const clock = new VirtualClock(new Date('2026-06-15T00:00:00.000Z'));
    await pass(teamUid, clock, clock.now());
    expect(await wallet(database.db, teamUid)).toBe(1000 - 4 * 39);
    expect((await subscriptionOf(database.db, teamUid)).periodEnd.toISOString()).toBe(
      '2026-06-30T10:00:00.000Z',
    );
  });

  test('that cannot be paid is tried every day, ends after two weeks, and takes nothing', async () => {
    const teamUid = await newTeam(database.db, 10);
    const clock = new VirtualClock(start);
    await pass(teamUid, clock, new Date('2027-01-31T00:00:00.000Z'));
    const events = await told(database.db, teamUid);
    expect(events).toEqual(['renewal_due', ...Array(14).fill('payment_failed'), 'ended']);
    expect(clock.now().toISOString()).toBe('2026-03-14T10:00:00.000Z');
    expect(await wallet(database.db, teamUid)).toBe(10);
    expect(await upcomingSubscriptionRenewals(database.db, teamUid, new Date('2030-01-01'))).toEqual([]);
  });

  test('paid late begins when it would have, so nobody gains or loses a day', async () => {
    const teamUid = await newTeam(database.db, 0);
    const clock = new VirtualClock(start);
    await pass(teamUid, clock, new Date('2026-03-03T12:00:00.000Z'));
    expect(await subscriptionOf(database.db, teamUid)).toMatchObject({ status: 'past_due', attempts: 4 });
    await fund(database.db, teamUid, 39);
    await pass(teamUid, clock, new Date('2026-03-04T12:00:00.000Z'));
    expect(await subscriptionOf(database.db, teamUid)).toMatchObject({
      status: 'active',
      attempts: 0,
      periodStart: new Date('2026-02-28T10:00:00.000Z'),
      periodEnd: new Date('2026-03-31T10:00:00.000Z'),
    });
    expect(await wallet(database.db, teamUid)).toBe(0);
  });

  test('that stands unpaid goes on when credits arrive, before it is tried again and before what is new', async () => {
    const { db } = database;
    const teamUid = await newTeam(db, 0);
    const clock = new VirtualClock(start);
    await pass(teamUid, clock, new Date('2026-02-28T12:00:00.000Z'));
    expect((await subscriptionOf(db, teamUid)).status).toBe('past_due');
    const serve = async (now: Date) => {
      const [waiting] = await db
        .selectFrom('funds_wait')
        .selectAll()
        .where('team_uid', '=', teamUid)
        .execute();
      expect(waiting).toMatchObject({ kind: 'subscription', urgent: true, amount_micros: 39_000_000 });
      const wait = { teamUid, workspaceUid: null, kind: 'subscription', subjectUid: teamUid };
      const proceed = await subscriptionPaid({} as FeatureContext, {
        ...wait,
        amountMicros: 39,
        urgent: true,
      });
      await inTransaction(db, (tx) => proceed(tx, now));
    };
    await fund(db, teamUid, 50);
    const starts = await db
      .selectFrom('workflow_start')
      .select('workflow')
      .where('id', 'like', 'billing.serve-waiting:%')
      .execute();
    expect(starts).not.toEqual([]);
    await serve(new Date('2026-02-28T13:00:00.000Z'));
    expect(await subscriptionOf(db, teamUid)).toMatchObject({
      status: 'active',
      attempts: 0,
      periodStart: new Date('2026-02-28T10:00:00.000Z'),
    });
    expect(await wallet(db, teamUid)).toBe(11);
    expect(await db.selectFrom('funds_wait').select('uid').where('team_uid', '=', teamUid).execute()).toEqual(
      [],
    );
  });

  test('that ends, or is paid by another plan, waits for credits no more', async () => {
    const { db } = database;
    const teamUid = await newTeam(db, 0);
    const clock = new VirtualClock(start);
    await pass(teamUid, clock, new Date('2027-01-31T00:00:00.000Z'));
    expect((await subscriptionOf(db, teamUid)).status).toBe('cancelled');
    expect(await db.selectFrom('funds_wait').select('uid').where('team_uid', '=', teamUid).execute()).toEqual(
      [],
    );
  });
});
