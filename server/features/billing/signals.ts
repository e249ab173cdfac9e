// Workflows that are started in the transaction that moves money. They are named here and defined where what they do
// is known: `serve-waiting.workflow.ts` is given its continuations by the composition root, and the top-up belongs to
// the later feature `payments`.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { workflowStarter } from '../../../workflow/starter.ts';

const { start } = workflowStarter();

/** Serves the team's waiting purchases once `tx` has committed. */
export const startServing = (tx: Tx, teamUid: string): Promise<void> =>
  start<{ teamUid: string }>(tx, { name: 'billing.serve-waiting' }, `billing.serve-waiting:${newId()}`, {
    teamUid,
  });

/** Tops the wallet up once `tx` has committed; `runUid` is the run that `wallet_settings` has noted. */
export const startTopUp = (tx: Tx, teamUid: string, runUid: string): Promise<void> =>
  start<{ teamUid: string; runUid: string }>(tx, { name: 'payments.top-up' }, `payments.top-up:${runUid}`, {
    teamUid,
    runUid,
  });
