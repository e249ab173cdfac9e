// Serves a team's line of waiting purchases after credits arrived, one after the other, as far as the credits go.
//
// Durable because the credits and the promise to go on are committed together: whatever process dies, everybody whose
// turn it is gets on. Each step takes one purchase out of the line in the transaction that reserves its money.
import { inTransaction } from '../../../database/database.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { ApiError } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { insufficientFunds } from './errors.ts';
import { type Continuation, firstInLine, takeTurn } from './funds-wait.ts';
import { fundsLock, walletBalance } from './store.ts';

type Args = { teamUid: string };
/** `short`: the next in line needs more than there is. `empty`: nobody waits any more. */
type Served = 'served' | 'short' | 'empty';

export const serveWaiting = (continuations: Readonly<Record<string, Continuation>>) =>
  defineWorkflow({
    name: 'billing.serve-waiting',
    steps: {
      serveNext: {
        does: 'lets the first in line go on when the wallet can pay for it',
        run: (context: FeatureContext, { teamUid }: Args) => serveNext(context, continuations, teamUid),
        undo: null,
        irreversibleBecause: 'what goes on gives its money back by itself when it fails',
      },
    },
    async run(flow, { teamUid }: Args) {
      while ((await flow.step('serveNext', { teamUid })) === 'served');
    },
  });

const serveNext = async (
  context: FeatureContext,
  continuations: Readonly<Record<string, Continuation>>,
  teamUid: string,
): Promise<Served> => {
  const { db, clock } = context;
  const wait = await firstInLine(db, teamUid);
  if (!wait) return 'empty';
  if ((await walletBalance(db, teamUid)) < wait.amountMicros) return 'short';
  const proceed = await continuations[wait.kind]!(context, wait);
  try {
    await inTransaction(db, async (tx) => {
      await fundsLock(tx, teamUid);
      // Somebody else may have served it, or it was given up, while the outside was asked.
      if (await takeTurn(tx, wait)) await proceed(tx, clock.now());
    });
    return 'served';
  } catch (error) {
    if (error instanceof ApiError && error.definition === insufficientFunds.definition) return 'short';
    throw error;
  }
};
