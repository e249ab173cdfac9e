// Ends the address that a mailbox had before its username was changed, when its time is over.
//
// Durable because that is weeks away. The host forgets the address first, and only then is it free for others.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { defineWorkflow, type FoundOutcome } from '../../../workflow/definition.ts';
import { recordEvents } from '../events/index.ts';
import { hostOf, pushAddresses } from './at-host.ts';
import type { Alias } from './change.ts';
import { aliasDelete } from './changes-store.ts';
import { aliasEnded } from './events.ts';
import { isGone } from './mailbox.ts';
import { mailboxByUid, mailboxLock } from './store.ts';

type Context = { db: Db; clock: Clock; providers: Providers };
type Args = Alias & { mailboxUid: string };

export const endAliasId = ({ mailboxUid, address, endsAt }: Args): string =>
  `mailboxes.end-alias:${mailboxUid}:${address}:${endsAt}`;

export const endAlias = defineWorkflow({
  name: 'mailboxes.end-alias',
  steps: {
    remaining: {
      does: 'says how long the alias still has',
      run: remaining,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    forget: {
      does: 'has the mailbox host forget the address',
      run: forget,
      undo: null,
      irreversibleBecause: 'its time is over',
      canEndUnknown: true,
      findOutcome: findForgotten,
    },
    free: {
      does: 'gives the address free',
      run: free,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, alias: Args) {
    await flow.sleep(await flow.step('remaining', alias));
    await flow.step('forget', alias);
    await flow.step('free', alias);
  },
});

async function remaining({ clock }: Context, { endsAt }: Args): Promise<number> {
  return Math.max(0, new Date(endsAt).getTime() - clock.now().getTime());
}

async function forget(context: Context, { mailboxUid }: Args): Promise<void> {
  const mailbox = await mailboxByUid(context.db, mailboxUid);
  // A host forgets the aliases of a mailbox with the mailbox.
  if (!mailbox || isGone(mailbox.status)) return;
  await pushAddresses(context, mailboxUid);
}

async function findForgotten(
  { db, providers }: Context,
  { mailboxUid, address }: Args,
): Promise<FoundOutcome<void>> {
  const mailbox = await mailboxByUid(db, mailboxUid);
  const hosted = mailbox && (await hostOf(providers, mailbox).findMailbox({ id: mailboxUid }));
  return hosted?.aliases.includes(address)
    ? { outcome: 'didNotHappen' }
    : { outcome: 'happened', result: undefined };
}

async function free({ db, clock }: Context, { mailboxUid, ...alias }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    const mailbox = await mailboxLock(tx, mailboxUid);
    if (!mailbox || !(await aliasDelete(tx, mailboxUid, alias))) return;
    await recordEvents(tx, [aliasEnded(mailbox, alias.address, clock.now())]);
  });
}
