// Puts addresses on the list or takes them off it, and tells about it.

import type { Tx } from '../../../database/database.ts';
import type { SuppressionSource } from '../../../providers/contracts/suppression-list.ts';
import type { Caller } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { suppressionsChanged } from './events.ts';

type By = { workspace: { uid: string }; caller: Caller };

/**
 * The list is the mail plane's: it is changed before the answer is stored. Should that fail, doing it again changes
 * nothing. Gives what to write with the answer.
 */
const changed =
  (change: 'added' | 'removed', emails: string[], { workspace, caller }: By, { clock }: FeatureContext) =>
  async (tx: Tx): Promise<void> => {
    if (emails.length === 0) return;
    const by = { teamUid: caller.teamId, workspaceUid: workspace.uid, by: caller };
    await recordEvents(tx, [suppressionsChanged({ ...by, change, emails, at: clock.now() })]);
  };

export const suppress = async (
  entries: { address: string; reason: string | null }[],
  source: SuppressionSource,
  by: By,
  context: FeatureContext,
) => {
  const added = await context.providers.suppressionList().add(by.workspace.uid, entries, source);
  return { added, tell: changed('added', added, by, context) };
};

export const unsuppress = async (addresses: string[], by: By, context: FeatureContext) => {
  const removed = await context.providers.suppressionList().remove(by.workspace.uid, addresses);
  return { removed, tell: changed('removed', removed, by, context) };
};
