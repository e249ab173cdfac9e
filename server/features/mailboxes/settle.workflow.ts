// Brings a mailbox at its host to what its status asks for: open, paused, suspended, archived.
//
// Durable because the status is changed at once, where the customer sees it, and the host may be away for hours: until
// it has followed, somebody could sign in to what was closed. It reads the status when it acts, and again after that, so
// that of two changes at one moment the later one stays, whichever run comes last.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { type HostContext, hostOf, hostStatusOf, isAtHost, keepAtHost, mailboxOf } from './at-host.ts';
import type { Mailbox } from './mailbox.ts';
import { mailboxUpdate } from './store.ts';

type Args = { mailboxUid: string };

export const settle = defineWorkflow({
  name: 'mailboxes.settle',
  queue: { name: 'mailboxes.settle', concurrency: 8 },
  steps: {
    follow: {
      does: 'has the host keep the mailbox as its status says',
      run: follow,
      undo: null,
      irreversibleBecause: 'the status is what has to be undone; this only follows it',
      canEndUnknown: true,
      findOutcome: hasFollowed,
    },
  },

  async run(flow, { mailboxUid }: Args) {
    await flow.step('follow', { mailboxUid });
  },

  async onFailure({ db, clock }, { input, failure }) {
    const statusReason = `its host did not follow: ${publicReason(failure)}`;
    await inTransaction(db, (tx) => mailboxUpdate(tx, input.mailboxUid, { statusReason }, clock.now()));
  },
});

/** Asks for a run, in the transaction that changes the status of a mailbox that is locked. */
export const startSettling = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  { uid, runs }: Pick<Mailbox, 'uid' | 'runs'>,
  now: Date,
): Promise<void> => {
  const run = runs + 1;
  await mailboxUpdate(tx, uid, { runs: run }, now);
  await workflows.start(tx, settle, `mailboxes.settle:${uid}:${run}`, { mailboxUid: uid });
};

async function follow(context: HostContext, { mailboxUid }: Args, step: StepRun): Promise<void> {
  for (let mailbox = await mailboxOf(context.db, mailboxUid); ; ) {
    const wanted = hostStatusOf(mailbox);
    // Removed while this looked at it: what this may have made again is nobody's.
    if (mailbox.status === 'deleted' || mailbox.erasingSince !== null) {
      await hostOf(context.providers, mailbox).removeMailbox(mailboxUid);
    }
    if (wanted === null) return;
    await keepAtHost(context, mailbox, wanted, step.key);
    mailbox = await mailboxOf(context.db, mailboxUid);
    if (hostStatusOf(mailbox) === wanted) return;
  }
}

async function hasFollowed(context: HostContext, { mailboxUid }: Args): Promise<FoundOutcome<void>> {
  const mailbox = await mailboxOf(context.db, mailboxUid);
  const wanted = hostStatusOf(mailbox);
  if (wanted === null || (await isAtHost(context, mailbox, wanted))) {
    return { outcome: 'happened', result: undefined };
  }
  return { outcome: 'didNotHappen' };
}
