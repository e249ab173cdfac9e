// Makes one bought mailbox, and proves that somebody can sign in to it.
//
// Durable because it spends money and acts at a mailbox host that may be slow, away, or silent after it acted:
// the charge is made just before the host is asked, a host whose answer got lost is asked what became of it, and
// a mailbox that cannot be made is removed and credited back by itself. It waits for its domain first, so that
// mailboxes can be bought while the domain is still being registered.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { addMonths, captureCharges, giveBackCharges } from '../billing/index.ts';
import type { FeatureSettings } from '../context.ts';
import { domainByUid, isPreparedFor } from '../domains/index.ts';
import { hostOf } from './at-host.ts';
import { displayName, type Mailbox } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { readMailboxSecrets } from './secrets.ts';
import { signIn } from './sign-in.ts';
import { mailboxByUid, mailboxLock } from './store.ts';

type Context = {
  db: Db;
  clock: Clock;
  secrets: SecretBox;
  providers: Providers;
  settings: FeatureSettings;
  workflows: WorkflowStarter;
};
type Args = { mailboxUid: string };

const FIRST_LOOK_MS = 500;

export const buyId = (mailboxUid: string): string => `mailboxes.buy:${mailboxUid}`;

export const buy = defineWorkflow({
  name: 'mailboxes.buy',
  // Creating and signing in hash passwords, which is work for the processor: more at once would only queue there.
  queue: { name: 'mailboxes.buy', concurrency: 8 },
  steps: {
    lookAtDomain: {
      does: 'asks whether the domain is active yet, and has it prepared at the mailbox host where it is not',
      run: lookAtDomain,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    charge: { does: 'turns the reserved price into a charge', run: charge, undo: creditBack },
    create: {
      does: 'has the mailbox host make the mailbox',
      run: create,
      undo: remove,
      canEndUnknown: true,
      findOutcome: findMailbox,
    },
    verify: {
      does: 'signs in over SMTP and IMAP',
      run: verify,
      undo: null,
      irreversibleBecause: 'signing in leaves nothing behind',
    },
    activate: {
      does: 'marks the mailbox as active',
      run: activate,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, { mailboxUid }: Args) {
    const mailbox = { mailboxUid };
    // Ends with the domain: it becomes active, or it fails and so does this.
    for (let waitMs = FIRST_LOOK_MS; !(await flow.step('lookAtDomain', mailbox)); ) {
      await flow.sleep(waitMs);
      waitMs = Math.min(waitMs * 2, flow.context.settings.propagation.pollMs);
    }
    await flow.step('charge', mailbox);
    await flow.step('create', mailbox);
    await flow.step('verify', mailbox);
    await flow.step('activate', mailbox);
  },

  async onFailure({ db, clock }, { input, failure }) {
    await failMailbox({ db, clock }, input.mailboxUid, publicReason(failure));
  },
});

/**
 * Ends a mailbox that was never made, and credits it back. Doing it again changes nothing. One that is active
 * stays: the step that said so may have lost its answer, not its effect.
 */
export async function failMailbox(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  mailboxUid: string,
  reason: string,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    if (await isActive(tx, mailboxUid)) return;
    await giveBackCharges(tx, { type: 'mailbox', uid: mailboxUid }, 'it could not be made', now);
    await moveMailbox(tx, mailboxUid, 'failed', now, { statusReason: reason });
  });
}

/** Answers whether the domain is active; one that never will be ends the wait. */
async function lookAtDomain(context: Context, { mailboxUid }: Args): Promise<boolean> {
  const { db, clock } = context;
  const mailbox = await mailboxOf(db, mailboxUid);
  assertWanted(mailbox);
  const domain = await domainByUid(db, mailbox.domainUid);
  switch (domain?.status) {
    case 'active':
      return isPreparedFor(context, domain, mailbox.platform);
    case 'registration_in_progress':
    case 'dns_setup_pending':
    case 'waiting_for_dns_propagation':
      await inTransaction(db, (tx) =>
        moveMailbox(tx, mailboxUid, 'waiting_for_dns_propagation', clock.now()),
      );
      return false;
    default:
      throw rejected(
        `the domain ${mailbox.domainName} cannot take mailboxes: ${domain?.statusReason ?? domain?.status ?? 'it is gone'}`,
        'domain_failed',
      );
  }
}

/** Ends the run of a mailbox whose purchase was taken back. */
const assertWanted = (mailbox: Pick<Mailbox, 'status' | 'statusReason'> | null): void => {
  if (mailbox?.status === 'failed') throw rejected(mailbox.statusReason ?? 'it was cancelled', 'cancelled');
};

async function charge({ db, clock }: Context, { mailboxUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    assertWanted(await mailboxLock(tx, mailboxUid));
    await moveMailbox(tx, mailboxUid, 'processing', clock.now());
    await captureCharges(tx, { type: 'mailbox', uid: mailboxUid }, clock.now());
  });
}

async function creditBack({ db, clock }: Context, { args: { mailboxUid } }: { args: Args }): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (await isActive(tx, mailboxUid)) return;
    await giveBackCharges(tx, { type: 'mailbox', uid: mailboxUid }, 'it could not be made', clock.now());
  });
}

async function create(context: Context, { mailboxUid }: Args, step: StepRun): Promise<void> {
  const { db, clock, providers } = context;
  const mailbox = await mailboxOf(db, mailboxUid);
  await inTransaction(db, (tx) => moveMailbox(tx, mailboxUid, 'configuring_workspace', clock.now()));
  const { password, appPassword } = await readMailboxSecrets(context, mailboxUid);
  await hostOf(providers, mailbox).createMailbox({
    id: mailbox.uid,
    workspaceId: mailbox.workspaceUid,
    address: mailbox.address,
    displayName: displayName(mailbox),
    platform: mailbox.platform,
    password,
    appPassword,
    idempotencyKey: step.key,
  });
}

async function findMailbox({ db, providers }: Context, { mailboxUid }: Args): Promise<FoundOutcome<void>> {
  const mailbox = await mailboxOf(db, mailboxUid);
  const found = await hostOf(providers, mailbox).findMailbox({ id: mailboxUid });
  return found ? { outcome: 'happened', result: undefined } : { outcome: 'didNotHappen' };
}

async function remove({ db, providers }: Context, { args: { mailboxUid } }: { args: Args }): Promise<void> {
  const mailbox = await mailboxOf(db, mailboxUid);
  if (mailbox.status === 'active') return;
  await hostOf(providers, mailbox).removeMailbox(mailboxUid);
}

async function verify(context: Context, { mailboxUid }: Args): Promise<void> {
  const { db, clock, providers } = context;
  const mailbox = await mailboxOf(db, mailboxUid);
  await inTransaction(db, (tx) => moveMailbox(tx, mailboxUid, 'finalizing_setup', clock.now()));
  const access = await hostOf(providers, mailbox).access();
  const { password } = await readMailboxSecrets(context, mailboxUid);
  await signIn(access, { address: mailbox.address, password });
}

async function activate({ db, clock }: Context, { mailboxUid }: Args): Promise<void> {
  const now = clock.now();
  const { termMonths } = await mailboxOf(db, mailboxUid);
  const renewalDate = addMonths(now, termMonths);
  await inTransaction(db, (tx) =>
    moveMailbox(tx, mailboxUid, 'active', now, {
      renewalDate,
      prepaidUntil: renewalDate,
      termAnchor: now,
      dueAt: now,
    }),
  );
}

/** Locks the mailbox too, so that the mailbox is always locked before its charge. */
const isActive = async (tx: Tx, uid: string): Promise<boolean> =>
  (await mailboxLock(tx, uid))?.status === 'active';

const mailboxOf = async (db: Db, uid: string): Promise<Mailbox> => {
  const mailbox = await mailboxByUid(db, uid);
  if (!mailbox) throw rejected('the mailbox is gone', 'mailbox_gone');
  return mailbox;
};
