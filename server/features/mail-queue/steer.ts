// What the four commands on mail in the queue have in common.

import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { type QueueCommand, queueStates } from '../../../providers/contracts/mail-queue.ts';
import type { Caller } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { queueEntryNotFound } from './errors.ts';
import { mailSteered } from './events.ts';
import { filterOf, type whichEntries } from './schema.ts';

export const steeredShape = z.object({
  changed: z.int().meta({ description: 'How many it was done to' }),
  unchanged: z
    .array(z.object({ uid: z.uuid(), status: z.enum(queueStates) }))
    .meta({ description: 'Those of `uids` it cannot be done to, with the status they have' }),
});

type Steered = { message: string } & z.input<typeof steeredShape>;

type Request = {
  body: z.output<typeof whichEntries>;
  workspace: { uid: string };
  caller: Caller;
  commit(fn: (tx: Tx) => Promise<Steered>): Promise<Steered>;
};

const past = { retry: 'tried again', hold: 'held', release: 'released', drop: 'dropped' };

/**
 * The queue is the mail plane's: what is done there is done before the answer is stored. Should that fail, doing it
 * again changes nothing that is changed already.
 *
 * @throws mail_queue_entry_not_found for a uid the workspace does not have; then nothing is done.
 */
export const steerMail = async (
  command: QueueCommand,
  { body, workspace, caller, commit }: Request,
  { providers, clock }: FeatureContext,
): Promise<Steered> => {
  const queue = providers.mailQueue();
  const { uids, filter } = body;
  const before = uids ? await queue.states(workspace.uid, uids) : new Map();
  const unknown = (uids ?? []).filter((uid) => !before.has(uid));
  if (unknown.length > 0) throw queueEntryNotFound('Mail not found', { uids: unknown });
  const which = uids ? { ids: uids } : filterOf(filter ?? {});
  const changed = await queue.steer(workspace.uid, command, which);
  const done = new Set(changed);
  const left = (uids ?? []).filter((uid) => !done.has(uid));
  const states = await queue.states(workspace.uid, left);
  return commit(async (tx) => {
    if (changed.length > 0) {
      const about = { teamUid: caller.teamId, workspaceUid: workspace.uid, by: caller };
      await recordEvents(tx, [mailSteered({ ...about, command, uids: changed, at: clock.now() })]);
    }
    return {
      message: `Mail ${past[command]}: ${changed.length}`,
      changed: changed.length,
      unchanged: left.flatMap((uid) => {
        const status = states.get(uid);
        return status ? [{ uid, status }] : [];
      }),
    };
  });
};
