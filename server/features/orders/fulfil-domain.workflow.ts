// Fulfils one domain of an order: register it, set it up, then make its mailboxes side by side.
//
// Durable because it is the thread that holds the three together: mailboxes of a domain that failed are ended and
// credited back here, however long ago the order was placed.
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { registerDomain, registerDomainId, setUpDomain, setUpDomainId } from '../domains/index.ts';
import { buyMailbox, buyMailboxId, failMailbox, mailboxByUid } from '../mailboxes/index.ts';
import type { OrderDomain } from './order.ts';

type Context = { db: Db; clock: Clock };

export const fulfilDomain = defineWorkflow({
  name: 'orders.fulfil-domain',
  steps: {
    platform: {
      does: 'reads which platform the mailboxes were ordered on',
      run: platformOf,
      undo: null,
      irreversibleBecause: 'it only reads',
    },
    abandon: {
      does: 'ends the mailboxes of a domain that failed, and credits them back',
      run: abandon,
      undo: null,
      irreversibleBecause: 'there is no domain to make them on',
    },
  },

  async run(flow, { domainUid, mailboxUids }: OrderDomain) {
    const platform = await flow.step('platform', { mailboxUids });
    const registered = await flow.outcome(
      await flow.start(registerDomain, registerDomainId(domainUid), { domainUid, platform }),
    );
    const ready = registered.ok
      ? await flow.outcome(await flow.start(setUpDomain, setUpDomainId(domainUid), { domainUid, platform }))
      : registered;
    if (!ready.ok) {
      await flow.step('abandon', { mailboxUids, reason: ready.failure.message });
      return;
    }
    const children = [];
    for (const mailboxUid of mailboxUids) {
      children.push(await flow.start(buyMailbox, buyMailboxId(mailboxUid), { mailboxUid }));
    }
    for (const child of children) await flow.outcome(child);
  },
});

async function platformOf(
  { db }: Context,
  { mailboxUids }: { mailboxUids: string[] },
): Promise<Platform | null> {
  const first = mailboxUids[0] ? await mailboxByUid(db, mailboxUids[0]) : null;
  return first?.platform ?? null;
}

async function abandon(
  context: Context,
  { mailboxUids, reason }: { mailboxUids: string[]; reason: string },
): Promise<void> {
  for (const uid of mailboxUids) await failMailbox(context, uid, `its domain failed: ${reason}`);
}
