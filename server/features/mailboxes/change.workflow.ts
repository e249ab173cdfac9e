// Brings the mailbox host into line with a mailbox that was changed.
//
// Durable because the host may be slow, away, or silent after it acted, and because the mailbox shows what it is to be
// from the moment it was asked for: either the host becomes so too, or the mailbox goes back to what it was, and says
// why. Each step sets what is written down at that moment, so doing it again, late or twice ends in the same.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { HostedMailbox } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow, type FoundOutcome } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { recordEvents } from '../events/index.ts';
import { hostOf, mailboxOf, pushAddresses } from './at-host.ts';
import type { Alias, Change, ChangeKind } from './change.ts';
import { aliasesOf, aliasesSet, changeByUid, changeUpdate, hasOpenChange } from './changes-store.ts';
import { endAlias, endAliasId } from './end-alias.workflow.ts';
import { changeEnded, changeFailed } from './events.ts';
import { displayName, type Mailbox, type SealedSecrets } from './mailbox.ts';
import { openSecret, openSecrets } from './secrets.ts';
import { signIn } from './sign-in.ts';
import { mailboxLock, mailboxSecrets, mailboxUpdate } from './store.ts';

type Context = { db: Db; clock: Clock; secrets: SecretBox; providers: Providers; workflows: WorkflowStarter };
type Args = { changeUid: string };

export const changeId = (changeUid: string): string => `mailboxes.change:${changeUid}`;

export const change = defineWorkflow({
  name: 'mailboxes.change',
  queue: { name: 'mailboxes.change', concurrency: 8 },
  steps: {
    begin: {
      does: 'says that it is under way',
      run: begin,
      undo: null,
      irreversibleBecause: 'it only says so',
    },
    apply: {
      does: 'has the mailbox host set what is written down',
      run: apply,
      undo: takeBack,
      canEndUnknown: true,
      findOutcome: findApplied,
    },
    finish: {
      does: 'says that it is done',
      run: finish,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, args: Args) {
    await flow.step('begin', args);
    await flow.step('apply', args);
    await flow.step('finish', args);
  },

  async onFailure({ db, clock }, { input, failure }) {
    const reason = publicReason(failure);
    await inTransaction(db, async (tx) => {
      const { changed, mailbox } = await lock(tx, input.changeUid);
      // The step that said it is done may have lost its answer, not its effect.
      if (changed.finishedAt) return;
      const now = clock.now();
      await goBack(tx, mailbox, changed, now);
      await changeUpdate(tx, changed.uid, { status: 'failed', reason, finishedAt: now });
      await mailboxUpdate(tx, mailbox.uid, { updateStatus: 'failed' }, now);
      await recordEvents(tx, [changeFailed(mailbox, changed.kind, reason, now)]);
    });
  },
});

async function begin({ db, clock }: Context, { changeUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { changed, mailbox } = await lock(tx, changeUid);
    if (changed.status !== 'queued') return;
    await changeUpdate(tx, changeUid, { status: 'pending' });
    await mailboxUpdate(tx, mailbox.uid, { updateStatus: 'pending' }, clock.now());
  });
}

async function apply(context: Context, { changeUid }: Args): Promise<void> {
  const { db, providers } = context;
  const { kind, mailboxUid } = await changeOf(db, changeUid);
  const mailbox = await mailboxOf(db, mailboxUid);
  const host = hostOf(providers, mailbox);
  switch (kind) {
    case 'name':
      return host.setDisplayName(mailboxUid, displayName(mailbox));
    case 'username':
      return pushAddresses(context, mailboxUid);
    case 'password':
      return setPassword(context, mailbox, await mailboxSecrets(db, mailboxUid));
    case 'forwarding': {
      const { forwardingEmail: address, forwardingKeepCopy: keepCopy } = mailbox;
      return host.setForwarding(mailboxUid, address === null ? null : { address, keepCopy });
    }
    default:
      return kind satisfies never;
  }
}

async function findApplied(context: Context, { changeUid }: Args): Promise<FoundOutcome<void>> {
  const { db, providers } = context;
  const { kind, mailboxUid } = await changeOf(db, changeUid);
  const mailbox = await mailboxOf(db, mailboxUid);
  const done =
    kind === 'password'
      ? await opensWithItsPassword(context, mailbox)
      : isSet(kind, mailbox, await hostOf(providers, mailbox).findMailbox({ id: mailboxUid }));
  return done ? { outcome: 'happened', result: undefined } : { outcome: 'didNotHappen' };
}

const isSet = (
  kind: Exclude<ChangeKind, 'password'>,
  mailbox: Mailbox,
  hosted: HostedMailbox | null,
): boolean => {
  if (kind === 'name') return hosted?.displayName === displayName(mailbox);
  if (kind === 'username') return hosted?.address === mailbox.address;
  const { address = null, keepCopy = mailbox.forwardingKeepCopy } = hosted?.forwarding ?? {};
  return address === mailbox.forwardingEmail && keepCopy === mailbox.forwardingKeepCopy;
};

/** Where the answer is no, it is set again, which ends in the same. */
const opensWithItsPassword = async (context: Context, mailbox: Mailbox): Promise<boolean> => {
  const { db, providers, secrets } = context;
  const { password } = openSecrets(secrets, mailbox.uid, await mailboxSecrets(db, mailbox.uid));
  const access = await hostOf(providers, mailbox).access();
  return signIn(access, { address: mailbox.address, password }).then(
    () => true,
    () => false,
  );
};

/** The host goes back first, and the mailbox after it (`onFailure`): nobody else gets an address in between. */
async function takeBack(context: Context, { args }: { args: Args }): Promise<void> {
  const { db, providers, clock } = context;
  const changed = await changeOf(db, args.changeUid);
  if (changed.finishedAt) return;
  const mailbox = await mailboxOf(db, changed.mailboxUid);
  const { uid, domainName } = mailbox;
  const host = hostOf(providers, mailbox);
  switch (changed.kind) {
    case 'name':
      return host.setDisplayName(uid, displayName(changed.before));
    case 'username': {
      const aliases = running(changed.before.aliases, clock.now()).map(({ address }) => address);
      return host.setAddresses(uid, { address: `${changed.before.username}@${domainName}`, aliases });
    }
    case 'password':
      return setPassword(context, mailbox, changed.before);
    case 'forwarding': {
      const { address, keepCopy } = changed.before;
      return host.setForwarding(uid, address === null ? null : { address, keepCopy });
    }
    default:
      return changed satisfies never;
  }
}

async function setPassword(
  { providers, secrets }: Context,
  mailbox: Mailbox,
  sealed: Pick<SealedSecrets, 'password' | 'appPassword'>,
): Promise<void> {
  const { uid } = mailbox;
  const password = openSecret(secrets, uid, 'password', sealed.password);
  const appPassword = openSecret(secrets, uid, 'appPassword', sealed.appPassword);
  await hostOf(providers, mailbox).setPassword(uid, password, appPassword);
}

async function goBack(tx: Tx, { uid }: Mailbox, changed: Change, now: Date): Promise<void> {
  switch (changed.kind) {
    case 'name':
      return mailboxUpdate(tx, uid, changed.before, now);
    case 'username':
      await aliasesSet(tx, uid, running(changed.before.aliases, now), now);
      return mailboxUpdate(tx, uid, { username: changed.before.username }, now);
    case 'password':
      return mailboxUpdate(tx, uid, { sealed: changed.before }, now);
    case 'forwarding': {
      const { address: forwardingEmail, keepCopy: forwardingKeepCopy } = changed.before;
      return mailboxUpdate(tx, uid, { forwardingEmail, forwardingKeepCopy }, now);
    }
    default:
      return changed satisfies never;
  }
}

async function finish({ db, clock, workflows }: Context, { changeUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { changed, mailbox } = await lock(tx, changeUid);
    if (changed.finishedAt) return;
    const now = clock.now();
    await changeUpdate(tx, changeUid, { status: 'completed', finishedAt: now });
    const more = await hasOpenChange(tx, mailbox.uid);
    await mailboxUpdate(tx, mailbox.uid, { updateStatus: more ? 'pending' : 'completed' }, now);
    await recordEvents(tx, [changeEnded(mailbox, changed, now)]);
    if (changed.kind !== 'username') return;
    for (const alias of await aliasesOf(tx, mailbox.uid)) {
      const input = { mailboxUid: mailbox.uid, ...alias };
      await workflows.start(tx, endAlias, endAliasId(input), input);
    }
  });
}

const running = (aliases: Alias[], now: Date): Alias[] =>
  aliases.filter(({ endsAt }) => new Date(endsAt) > now);

const changeOf = async (db: Db, uid: string): Promise<Change> => {
  const changed = await changeByUid(db, uid);
  if (!changed) throw rejected('the change is gone', 'change_gone');
  return changed;
};

/** Locks the mailbox, and so everything about it, before the change is read. */
const lock = async (tx: Tx, changeUid: string): Promise<{ changed: Change; mailbox: Mailbox }> => {
  const { mailboxUid } = await changeOf(tx, changeUid);
  const mailbox = await mailboxLock(tx, mailboxUid);
  if (!mailbox) throw rejected('the mailbox is gone', 'mailbox_gone');
  return { changed: await changeOf(tx, changeUid), mailbox };
};
