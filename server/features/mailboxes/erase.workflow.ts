// Removes an ended mailbox from its host, with the mail in it: the one step of a mailbox's life without a way back.
//
// Durable because the host may be away, and the address must stay taken until what was under it is really gone: whoever
// gets the address next would otherwise read it.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { type HostContext, hostOf, mailboxOf } from './at-host.ts';
import type { Mailbox } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { mailboxUpdate } from './store.ts';

type Args = { mailboxUid: string };

export const erase = defineWorkflow({
  name: 'mailboxes.erase',
  queue: { name: 'mailboxes.settle', concurrency: 8 },
  steps: {
    remove: {
      does: 'has the host remove the mailbox and its mail',
      run: remove,
      undo: null,
      irreversibleBecause: 'mail that is gone is gone',
    },
    finish: {
      does: 'marks it as deleted',
      run: finish,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, { mailboxUid }: Args) {
    await flow.step('remove', { mailboxUid });
    await flow.step('finish', { mailboxUid });
  },

  async onFailure({ db, clock }, { input, failure }) {
    const statusReason = `it could not be removed: ${publicReason(failure)}`;
    await inTransaction(db, (tx) => mailboxUpdate(tx, input.mailboxUid, { statusReason }, clock.now()));
  },
});

/** Asks for a run, in a transaction that holds a mailbox which nobody is bringing back. */
export const startErasing = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  { uid, runs }: Pick<Mailbox, 'uid' | 'runs'>,
  now: Date,
): Promise<void> => {
  const run = runs + 1;
  await mailboxUpdate(tx, uid, { runs: run, erasingSince: now, dueAt: now }, now);
  await workflows.start(tx, erase, `mailboxes.erase:${uid}:${run}`, { mailboxUid: uid });
};

async function remove({ db, providers }: HostContext, { mailboxUid }: Args): Promise<void> {
  await hostOf(providers, await mailboxOf(db, mailboxUid)).removeMailbox(mailboxUid);
}

async function finish({ db, clock }: HostContext, { mailboxUid }: Args): Promise<void> {
  await inTransaction(db, (tx) => moveMailbox(tx, mailboxUid, 'deleted', clock.now()));
}
