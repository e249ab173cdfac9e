// A year in the life of mailboxes, on a clock of its own: every month is paid once, on the day it is due, whatever
// happens to the money, to the mailboxes, and to the processes that look after them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import { generateKey } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import type { WorkflowRuntime } from '../../../workflow/runtime.ts';
import { type OpenMailboxes, openMailboxes } from '../../testing/open-mailbox.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { startVirtualWorker, workflowsEnded } from '../../testing/virtual-worker.ts';
import { addCredits, addMonths, reserveCharges } from '../billing/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { advanceMailboxes } from './index.ts';

const MONTH = 3.5;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// The year has a 29 February.
const clock = new VirtualClock(new Date('2027-12-31T10:00:00.000Z'));
const api = useInstallation({ INBOXKIT_ROLES: 'api', INBOXKIT_SECRET_KEY: generateKey() }, { clock });
let worker: WorkflowRuntime;

const startWorker = async () => {
  worker = await startVirtualWorker(api);
};
beforeAll(startWorker);
afterAll(() => worker.close());

const db = () => api.database.db;

/** What two workers at once do with whatever is due, until nothing is. */
const work = async (): Promise<void> => {
  const { context } = api.installation;
  await Promise.all([advanceMailboxes(context), advanceMailboxes(context)]);
  await workflowsEnded(api);
};

/** Lives through the time until `until`, stopping wherever something is due. */
const live = async (until: Date): Promise<void> => {
  for (;;) {
    await work();
    const next = await db()
      .selectFrom('mailbox')
      .select((eb) => eb.fn.min('due_at').as('at'))
      .where('due_at', '>', clock.now())
      .executeTakeFirst();
    const at = next?.at && next.at < until ? next.at : until;
    await clock.advance(at.getTime() - clock.now().getTime());
    if (at === until) return work();
  }
};

const termsOf = async (uid: string) => {
  const rows = await db()
    .selectFrom('mailbox_term as term')
    .innerJoin('charge', (join) =>
      join.onRef('charge.subject_uid', '=', 'term.uid').on('charge.subject_type', '=', 'mailbox_term'),
    )
    .select(['term.starts_at', 'term.ends_at', 'charge.status', 'charge.amount_micros', 'charge.paid_with'])
    .where('term.mailbox_uid', '=', uid)
    .orderBy('term.starts_at')
    .execute();
  expect(rows.every(({ status }) => status === 'captured')).toBe(true);
  return rows;
};
const rowOf = (uid: string) =>
  db().selectFrom('mailbox').selectAll().where('uid', '=', uid).executeTakeFirstOrThrow();
const typesOf = async (uid: string, type: string): Promise<Body[]> => {
  const rows = await db()
    .selectFrom('event')
    .select(['data', 'occurred_at'])
    .where('subject_uid', '=', uid)
    .where('type', '=', type)
    .orderBy('seq')
    .execute();
  return rows.map(({ data, occurred_at }) => ({ ...(data as object), at: occurred_at }));
};
const statusesOf = async (uid: string): Promise<string[]> =>
  (await typesOf(uid, 'mailbox.status_changed')).map(({ status }) => status);
const hosted = async (uid: string) =>
  (await api.installation.context.providers.mailboxHost('SMTP').findMailbox({ id: uid }))?.status ?? null;
const give = (team: Team, credits: number): Promise<void> =>
  inTransaction(db(), (tx) =>
    addCredits(tx, {
      teamUid: team.teamUid,
      amountMicros: creditsToMicros(credits),
      key: newId(),
      description: 'Test',
      now: clock.now(),
    }),
  );
/** A team whose included seats others have, so that the wallet pays. */
const withoutSeats = async (credits: number): Promise<Team> => {
  const team = await addTeam(api.installation, credits);
  await inTransaction(db(), (tx) =>
    reserveCharges(tx, {
      teamUid: team.teamUid,
      workspaceUid: team.workspaceUid,
      reference: { type: 'mailbox', uid: newId() },
      description: 'for a test',
      lines: Array.from({ length: 10 }, () => ({
        subject: { type: 'mailbox', uid: newId() },
        purpose: 'first_month',
        description: 'a seat',
        amountMicros: 0,
        paidWith: 'included_seat',
      })),
      keyUid: null,
      priceVersion: 1,
      now: clock.now(),
    }),
  );
  return team;
};
const booksOf = async (team: Team): Promise<Body> => {
  const { body } = await api.get('/billing/ledger/verify', { key: team.key });
  expect(body.balanced, JSON.stringify(body)).toBe(true);
  return body.accounts;
};
const as = (team: Team) => ({ key: team.key, workspace: team.workspaceUid });

describe('a year', () => {
  let rich: Team;
  let seated: Team;
  let late: Team;
  let lost: Team;
  const begun: { at: Date; boxes: OpenMailboxes }[] = [];
  let onSeats: OpenMailboxes;
  let inGrace: string;
  let gone: string;
  let leaving: string;
  let prepaid: string;

  beforeAll(async () => {
    rich = await withoutSeats(10_000);
    seated = await addTeam(api.installation, 100);
    late = await withoutSeats(MONTH);
    lost = await withoutSeats(MONTH);
    const opened = async (team: Team) => (await openMailboxes(api.installation, team, 1)).uids[0]!;
    // 12 mailboxes on 10 seats: two are paid each month.
    onSeats = await openMailboxes(api.installation, seated, 12, { useWalletBalance: false });
    inGrace = await opened(late);
    gone = await opened(lost);
    leaving = await opened(rich);
    prepaid = await opened(rich);
    for (const day of ['2027-12-31', '2028-01-15', '2028-01-29', '2028-01-30', '2028-01-31', '2028-02-29']) {
      await live(new Date(`${day}T12:00:00.000Z`));
      begun.push({ at: clock.now(), boxes: await openMailboxes(api.installation, rich, 3) });
    }
    // The wallet of `late` was empty on 31 January: credits come when its mailbox is suspended.
    await live(new Date('2028-03-04T00:00:00.000Z'));
    expect((await rowOf(inGrace)).status).toBe('suspended');
    await give(late, MONTH);
    await live(new Date('2028-04-05T00:00:00.000Z'));
    const { body } = await api.post('/mailboxes/cancel', { uids: [leaving] }, as(rich));
    expect(body.results.success).toMatchObject([{ status: 'scheduled_for_cancellation' }]);
    const ahead = await api.post('/mailboxes/renew', { uids: [prepaid], months: 3 }, as(rich));
    expect(ahead.body).toMatchObject({ total_cost: 3 * MONTH, dry_run: false });
    // It was empty again on 4 April: this time credits come while the mailbox still works.
    await live(new Date('2028-04-09T00:00:00.000Z'));
    expect((await rowOf(inGrace)).status).toBe('renewal_failed');
    await give(late, 9 * MONTH);
    // A restart in the middle of the year, while something is asked for.
    await worker.close();
    await clock.advance(40 * DAY_MS);
    await startWorker();
    await live(new Date('2028-12-31T13:00:00.000Z'));
  }, 240_000);

  test('each month is paid once, on the day of the month it began, or the last day of a shorter one', async () => {
    for (const { at, boxes } of begun) {
      for (const uid of boxes.uids) {
        const terms = await termsOf(uid);
        for (const [index, term] of terms.entries()) {
          expect(term.starts_at).toEqual(addMonths(at, index + 1));
          expect(term.ends_at).toEqual(addMonths(at, index + 2));
          expect(term.amount_micros).toBe(creditsToMicros(MONTH));
        }
        const { status, renewal_date } = await rowOf(uid);
        expect(status).toBe('active');
        expect(renewal_date! > clock.now()).toBe(true);
        expect(renewal_date).toEqual(addMonths(at, terms.length + 1));
      }
    }
    const [january] = begun.filter(({ at }) => at.toISOString().startsWith('2028-01-31'));
    const days = (await termsOf(january!.boxes.uids[0]!)).map(({ starts_at }) => starts_at.getUTCDate());
    expect(days).toEqual([29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
  });

  test('the team is reminded a week and a day before each renewal, and told of each', async () => {
    const uid = begun[0]!.boxes.uids[0]!;
    const reminders = await typesOf(uid, 'mailbox.renewal_reminder');
    const daysBefore = reminders.map(
      ({ at, renewal_date }) => (new Date(renewal_date).getTime() - at.getTime()) / DAY_MS,
    );
    expect(daysBefore.filter((days) => days === 7 || days === 1).length).toBeGreaterThanOrEqual(18);
    expect(await typesOf(uid, 'mailbox.renewed')).toHaveLength((await termsOf(uid)).length);
  });

  test('included seats pay as many mailboxes each month as the plan has, and the wallet the others', async () => {
    const perMonth = new Map<string, string[]>();
    for (const uid of onSeats.uids) {
      for (const { starts_at, paid_with } of await termsOf(uid)) {
        const month = starts_at.toISOString();
        perMonth.set(month, [...(perMonth.get(month) ?? []), paid_with]);
      }
    }
    expect(perMonth.size).toBe(12);
    for (const paid of perMonth.values()) {
      expect(paid).toHaveLength(12);
      expect(paid.filter((with_) => with_ === 'included_seat')).toHaveLength(10);
    }
    expect(await booksOf(seated)).toMatchObject({ wallet: 100 - 13 * 2 * MONTH, reserved: 0 });
  });

  test('a cancelled mailbox works until its term is over, ends once, and is never charged after', async () => {
    const statuses = await statusesOf(leaving);
    expect(statuses).toEqual(['scheduled', 'scheduled_for_cancellation', 'cancelled', 'archived', 'deleted']);
    expect(await termsOf(leaving)).toHaveLength(3);
    expect(await hosted(leaving)).toBeNull();
  });

  test('time paid ahead is one charge, and the months go on after it', async () => {
    const terms = await termsOf(prepaid);
    expect(terms.filter(({ amount_micros }) => amount_micros === creditsToMicros(3 * MONTH))).toHaveLength(1);
    for (const [index, term] of terms.entries()) {
      if (index > 0) expect(term.starts_at).toEqual(terms[index - 1]!.ends_at);
    }
    const { renewal_date, prepaid_until } = await rowOf(prepaid);
    expect([renewal_date, prepaid_until]).toEqual(Array(2).fill(terms.at(-1)!.ends_at));
  });

  test('a mailbox that nobody pays is failed, suspended, archived and deleted, each in its time', async () => {
    const changes = await typesOf(gone, 'mailbox.status_changed');
    expect(changes.map(({ status }) => status)).toEqual([
      'scheduled',
      'renewal_failed',
      'suspended',
      'archived',
      'deleted',
    ]);
    const due = addMonths(new Date('2027-12-31T10:00:00.000Z'), 1).getTime();
    const days = changes.slice(1).map(({ at }) => Math.floor((at.getTime() - due) / DAY_MS));
    expect(days).toEqual([3, 7, 37, 67]);
    expect(await hosted(gone)).toBeNull();
    expect(await termsOf(gone)).toEqual([]);
    expect(await booksOf(lost)).toMatchObject({ wallet: 0, reserved: 0 });
  });

  test('credits that arrive late bring a suspended mailbox back by themselves, for a month from then on', async () => {
    const [first, second] = await termsOf(inGrace);
    expect(first!.starts_at).toEqual(new Date('2028-03-04T00:00:00.000Z'));
    // One that still worked owes the month that it has worked in.
    expect(second!.starts_at).toEqual(new Date('2028-04-04T00:00:00.000Z'));
    const once = ['renewal_failed', 'suspended', 'active'];
    expect(await statusesOf(inGrace)).toEqual(['scheduled', ...once, 'renewal_failed', 'active']);
    expect(await hosted(inGrace)).toBe('active');
    expect(await termsOf(inGrace)).toHaveLength(10);
  });

  test('the books add up, and nothing was paid but terms', async () => {
    const accounts = await booksOf(rich);
    const uids = [...begun.flatMap(({ boxes }) => boxes.uids), leaving, prepaid];
    let spent = uids.length * MONTH;
    for (const uid of uids) {
      for (const { amount_micros } of await termsOf(uid)) spent += amount_micros / 1e6;
    }
    expect(accounts).toMatchObject({ wallet: 10_000 - spent, reserved: 0, revenue: spent });
    await booksOf(late);
  });
});
