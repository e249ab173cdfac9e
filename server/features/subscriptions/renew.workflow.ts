// Does what is due about a team's subscription: reminds, renews, tries an unpaid period again, or ends it.
//
// Durable because it is money that is asked for by nobody at the time: whatever dies, what was due is done, and done
// once. What comes next is written down as the time it is due (`due_at`), and `start-renewals.job.ts` starts a run for
// each such time; so a run is short, and a program that was away for weeks catches up period by period.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { postpone, type Settled, settle } from './settle.ts';

type Context = { db: Db; clock: Clock };
type Args = { teamUid: string };

/** One time that something is due is one run. */
export const renewId = (teamUid: string, dueAt: Date): string =>
  `subscriptions.renew:${teamUid}:${dueAt.toISOString()}`;

export const renew = defineWorkflow({
  name: 'subscriptions.renew',
  steps: {
    settle: {
      does: 'reminds, charges the next period, notes that it could not be paid, or ends the subscription',
      run: settleOne,
      undo: null,
      irreversibleBecause: 'it is the only step',
    },
  },

  async run(flow, { teamUid }: Args) {
    return flow.step('settle', { teamUid });
  },

  // What is due stays due, and is started anew under its time by the next day at the latest.
  onFailure: ({ db, clock }, { input }) =>
    inTransaction(db, (tx) => postpone(tx, input.teamUid, clock.now())),
});

function settleOne({ db, clock }: Context, { teamUid }: Args): Promise<Settled> {
  return inTransaction(db, (tx) => settle(tx, teamUid, clock.now()));
}
