// The workflow `billing.serve-waiting`, failed, killed and repeated at each of its steps, and the rules of the line.
import { describe, expect, test } from 'vitest';
import { inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { booksOf, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { reserveCharges } from './charges.ts';
import { addCredits, takeCreditsBack, waitForFunds } from './index.ts';
import { serveWaiting } from './serve-waiting.workflow.ts';

const api = useInstallationWithoutWorker();
const inTx = <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(api.installation.storage.db, fn);
const now = new Date('2026-11-27T10:00:00.000Z');

const buysAMailbox = serveWaiting({
  test: async (_context, wait) => async (tx, at) => {
    await reserveCharges(tx, {
      teamUid: wait.teamUid,
      workspaceUid: wait.workspaceUid,
      reference: { type: 'mailbox', uid: wait.subjectUid },
      description: 'waited for',
      lines: [
        {
          subject: { type: 'mailbox', uid: wait.subjectUid },
          purpose: 'first_month',
          description: 'a mailbox',
          amountMicros: wait.amountMicros,
          paidWith: 'wallet',
        },
      ],
      keyUid: null,
      priceVersion: 1,
      now: at,
    });
  },
});

const waitOf = ({ teamUid, workspaceUid }: Team, credits: number) => ({
  teamUid,
  workspaceUid,
  kind: 'test',
  subjectUid: newId(),
  amountMicros: creditsToMicros(credits),
  urgent: false,
});

const add = (team: Team, credits: number) =>
  inTx((tx) =>
    addCredits(tx, {
      teamUid: team.teamUid,
      amountMicros: creditsToMicros(credits),
      key: newId(),
      description: 'Test',
      now,
    }),
  );

const stillWaiting = async ({ teamUid }: Team): Promise<string[]> => {
  const rows = await api.installation.storage.db
    .selectFrom('funds_wait')
    .select('subject_uid')
    .where('team_uid', '=', teamUid)
    .orderBy('uid')
    .execute();
  return rows.map((row) => row.subject_uid);
};

const askedToServe = async ({ teamUid }: Team): Promise<number> => {
  const rows = await api.installation.storage.db
    .selectFrom('workflow_start')
    .select('input')
    .where('workflow', '=', 'billing.serve-waiting')
    .execute();
  return rows.filter(({ input }) => JSON.stringify(input).includes(teamUid)).length;
};

describe('the line of purchases that wait for credits', () => {
  test('credits that arrive ask in the same transaction to serve it, and only when somebody waits', async () => {
    const team = await addTeam(api.installation, 0);
    await add(team, 5);
    expect(await askedToServe(team)).toBe(0);
    await inTx((tx) => waitForFunds(tx, waitOf(team, 10), now));
    await add(team, 1);
    expect(await askedToServe(team)).toBe(1);
  });

  test('whoever joins it when the credits are there already is served at once', async () => {
    const team = await addTeam(api.installation, 10);
    await inTx((tx) => waitForFunds(tx, waitOf(team, 10), now));
    expect(await askedToServe(team)).toBe(1);
  });

  test('asking to wait twice is waiting once', async () => {
    const team = await addTeam(api.installation, 0);
    const wait = waitOf(team, 1);
    await inTx((tx) => waitForFunds(tx, wait, now));
    await inTx((tx) => waitForFunds(tx, wait, now));
    expect(await stillWaiting(team)).toEqual([wait.subjectUid]);
  });
});

describe('a payment that is taken back', () => {
  test('takes what is in the wallet, leaves the rest as a debt, and the next credits pay the debt first', async () => {
    const team = await addTeam(api.installation, 10);
    const reference = { type: 'payment', uid: newId() };
    const taken = {
      teamUid: team.teamUid,
      amountMicros: creditsToMicros(25),
      key: newId(),
      description: 'Refunded',
      reference,
      at: now,
    };
    await inTx((tx) => takeCreditsBack(tx, taken));
    const wallet = async () => (await api.get('/billing/wallet', { key: team.key })).body;
    expect(await wallet()).toMatchObject({ credits_remaining: 0, credits_owed: 15 });
    await add(team, 12);
    expect(await wallet()).toMatchObject({ credits_remaining: 0, credits_owed: 3 });
    await add(team, 12);
    expect(await wallet()).toMatchObject({ credits_remaining: 9, credits_owed: 0 });
    const { body } = await api.get('/billing/ledger/verify', { key: team.key });
    expect(body).toMatchObject({ balanced: true, accounts: { wallet: 9, debt: 0, funding: -9 } });
  });
});

exerciseWorkflow('billing.serve-waiting', {
  database: api.database,
  definition: buysAMailbox,
  context: () => api.installation.context,
  async setup() {
    const team = await addTeam(api.installation, 25);
    // Joined without `waitForFunds`, which would start a run of its own.
    const joins = async (credits: number, urgent: boolean): Promise<string> => {
      const { teamUid, workspaceUid, kind, subjectUid, amountMicros } = waitOf(team, credits);
      await api.installation.storage.db
        .insertInto('funds_wait')
        .values({
          uid: newId(),
          team_uid: teamUid,
          workspace_uid: workspaceUid,
          kind,
          subject_uid: subjectUid,
          amount_micros: amountMicros,
          urgent,
          waiting_since: now,
        })
        .execute();
      return subjectUid;
    };
    // In this order: the urgent one, 10, and then 11, which is too much; 1 could be paid and is not passed ahead.
    const first = await joins(10, false);
    const tooMuch = await joins(11, false);
    const small = await joins(1, false);
    const urgent = await joins(5, true);
    return { team, first, urgent, left: [tooMuch, small], input: { teamUid: team.teamUid } };
  },
  check: {
    async succeeded({ team, left }) {
      expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 10, reserved: 15, spent: 0 });
      expect(await stillWaiting(team)).toEqual(left);
    },
    async failed({ team, first, urgent, left }) {
      expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 25, reserved: 0, spent: 0 });
      expect((await stillWaiting(team)).sort()).toEqual([first, urgent, ...left].sort());
    },
  },
});
