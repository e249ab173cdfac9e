// Brings a mailbox back that is paused, suspended, cancelled or archived.
//
// Durable because it may cost the customer a month: the price is set aside when it is asked for, charged just before the
// host is asked to open the mailbox, and credited back by itself when the host cannot. Until it is open again the
// mailbox stays what it was.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import { captureCharges, giveBackCharges } from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import { type HostContext, hostOf, hostStatusOf, isAtHost, keepAtHost, mailboxOf } from './at-host.ts';
import { reactivationFailed, renewed } from './events.ts';
import { moveMailbox } from './move.ts';
import { liveMailboxesOf, mailboxLock, mailboxUpdate } from './store.ts';
import { termByUid, termDelete } from './term-store.ts';
import { paidThrough } from './terms.ts';

/** Without a term for one whose time is not over. */
type Args = { mailboxUid: string; termUid: string | null };

export const reactivate = defineWorkflow({
  name: 'mailboxes.reactivate',
  queue: { name: 'mailboxes.settle', concurrency: 8 },
  steps: {
    charge: { does: 'turns the reserved price into a charge', run: charge, undo: creditBack },
    open: {
      does: 'has the host open the mailbox',
      run: open,
      undo: close,
      canEndUnknown: true,
      findOutcome: isOpen,
    },
    finish: {
      does: 'marks it as active',
      run: finish,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, args: Args) {
    await flow.step('charge', args);
    await flow.step('open', args);
    await flow.step('finish', args);
  },

  async onFailure(context, { input, failure }) {
    await failReactivation(context, input, publicReason(failure));
  },
});

async function charge({ db, clock }: HostContext, { mailboxUid, termUid }: Args): Promise<void> {
  if (termUid === null) return;
  await inTransaction(db, async (tx) => {
    await mailboxLock(tx, mailboxUid);
    await captureCharges(tx, { type: 'mailbox_term', uid: termUid }, clock.now());
  });
}

async function creditBack({ db, clock }: HostContext, { args }: { args: Args }): Promise<void> {
  await inTransaction(db, (tx) => giveBackUnlessOpen(tx, args, clock.now()));
}

/** Locks the mailbox too, so that the mailbox is always locked before its charge. */
const giveBackUnlessOpen = async (tx: Tx, { mailboxUid, termUid }: Args, now: Date): Promise<void> => {
  if ((await mailboxLock(tx, mailboxUid))?.reactivationStatus !== 'pending' || termUid === null) return;
  await giveBackCharges(tx, { type: 'mailbox_term', uid: termUid }, 'it could not be reactivated', now);
  await termDelete(tx, termUid);
};

async function open(context: HostContext, { mailboxUid }: Args, step: StepRun): Promise<void> {
  await keepAtHost(context, await mailboxOf(context.db, mailboxUid), 'active', step.key);
}

async function isOpen(context: HostContext, { mailboxUid }: Args): Promise<FoundOutcome<void>> {
  return (await isAtHost(context, await mailboxOf(context.db, mailboxUid), 'active'))
    ? { outcome: 'happened', result: undefined }
    : { outcome: 'didNotHappen' };
}

async function close({ db, providers }: HostContext, { args }: { args: Args }): Promise<void> {
  const mailbox = await mailboxOf(db, args.mailboxUid);
  const before = hostStatusOf({ ...mailbox, reactivationStatus: 'na' });
  if (mailbox.reactivationStatus === 'pending' && before) {
    await hostOf(providers, mailbox).setStatus(mailbox.uid, before);
  }
}

async function finish({ db, clock }: HostContext, { mailboxUid, termUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    const mailbox = await mailboxLock(tx, mailboxUid);
    if (mailbox?.reactivationStatus !== 'pending') return;
    const term = termUid === null ? null : await termByUid(tx, termUid);
    const others = await liveMailboxesOf(tx, mailbox.domainUid);
    const ends = mailbox.status !== 'cancelled' && mailbox.cancellationStatus === 'pending' && !term;
    await moveMailbox(tx, mailboxUid, ends ? 'scheduled_for_cancellation' : 'active', now, {
      ...(term && paidThrough(mailbox, term, now)),
      reactivationStatus: 'completed',
      cancellationStatus: ends ? 'pending' : 'na',
      suspendedFor: null,
      isAdmin: mailbox.isAdmin && !others.some(({ uid, isAdmin }) => isAdmin && uid !== mailboxUid),
    });
    if (term) await recordEvents(tx, [renewed(mailbox, term, now)]);
  });
}

const failReactivation = async (
  { db, clock }: { db: Db; clock: Clock },
  args: Args,
  reason: string,
): Promise<void> => {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    await giveBackUnlessOpen(tx, args, now);
    const mailbox = await mailboxLock(tx, args.mailboxUid);
    if (mailbox?.reactivationStatus !== 'pending') return;
    await mailboxUpdate(tx, mailbox.uid, { reactivationStatus: 'failed', dueAt: now }, now);
    await recordEvents(tx, [reactivationFailed(mailbox, reason, now)]);
  });
};
