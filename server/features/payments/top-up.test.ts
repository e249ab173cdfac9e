// The workflow `payments.top-up`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { addTeam } from '../../testing/second-team.ts';
import { booksOf, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { walletSettings, walletSettingsUpdate } from '../billing/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { reconcilePayments } from './index.ts';
import { payingTeam } from './open.ts';
import { customerInsert, paymentByUid } from './store.ts';
import { topUp } from './top-up.workflow.ts';

const api = useInstallationWithoutWorker();

/** What the bank took for a reference. */
const taken = async (reference: string) =>
  api.installation.storage.db
    .selectFrom('bank.payment')
    .select(['amount_cents', 'status'])
    .where('reference', '=', reference)
    .execute();

exerciseWorkflow('payments.top-up', {
  database: api.database,
  definition: topUp,
  context: () => api.installation.context,
  async setup(context) {
    const { db, clock } = context;
    const team = await addTeam(api.installation, 7);
    const runUid = newId();
    const paying = await payingTeam(context, team.teamUid);
    const now = clock.now();
    await inTransaction(db, async (tx) => {
      await customerInsert(tx, { ...paying, teamUid: team.teamUid });
      await tx
        .insertInto('bank.card')
        .values({
          id: newId(),
          customer_id: paying.customerId,
          label: 'Test',
          answer: 'pays',
          created_at: now,
        })
        .execute();
      const autoTopUp = {
        belowMicros: creditsToMicros(50),
        addMicros: creditsToMicros(30),
        monthlyCapMicros: creditsToMicros(200),
      };
      const change = { autoTopUpEnabled: true, autoTopUp, topUpRun: runUid };
      await walletSettingsUpdate(tx, team.teamUid, change, now);
    });
    return { team, runUid, input: { teamUid: team.teamUid, runUid } };
  },
  check: {
    async succeeded({ team, runUid }) {
      // 43 are missing to 50: two times 30, in one charge.
      expect(await taken(runUid)).toEqual([{ amount_cents: 6_000, status: 'succeeded' }]);
      expect(await booksOf(api.installation, team.teamUid)).toMatchObject({ wallet: 67 });
      expect(await walletSettings(api.installation.storage.db, team.teamUid)).toMatchObject({
        topUpRun: null,
        topUpFailures: 0,
      });
    },
    async failed({ team, runUid }, failure, context) {
      expect(await walletSettings(context.db, team.teamUid)).toMatchObject({
        topUpRun: null,
        topUpFailures: 1,
      });
      const payment = await paymentByUid(context.db, runUid);
      const charged = await taken(runUid);
      if (charged.length === 0) {
        expect(payment?.status ?? 'failed').toBe('failed');
        expect(await booksOf(api.installation, team.teamUid)).toMatchObject({ wallet: 7 });
        return;
      }
      // The money was taken and could not be booked: it is booked as soon as the vendor is asked again.
      expect(failure.step).toBe('book');
      await context.db
        .updateTable('payment')
        .set({ ask_at: new Date(0) })
        .where('uid', '=', runUid)
        .execute();
      await reconcilePayments(context, {});
      expect(await booksOf(api.installation, team.teamUid)).toMatchObject({ wallet: 67 });
    },
  },
  notReached: { lookUp: 'the built-in bank is done at once' },
});
