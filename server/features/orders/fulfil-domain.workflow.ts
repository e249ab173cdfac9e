// Fulfils one domain of an order: register it, set it up, then make its mailboxes side by side.
//
// Durable because it is the thread that holds the three together: mailboxes of a domain that failed are ended and
// credited back here, however long ago the order was placed.
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import { firstSetUpId, registerDomain, registerDomainId, setUpDomain } from '../domains/index.ts';
import { buyMailbox, buyMailboxId, failMailbox } from '../mailboxes/index.ts';

type Context = { db: Db; clock: Clock };

export type Fulfilment = {
  /** Of the order's line. */
  uid: string;
  domainUid: string;
  mailboxUids: string[];
  /** What the mailboxes were ordered on; null when there are none. */
  platform: Platform | null;
  /** The run of the order it belongs to; runs that began before there were retries do not say. */
  run?: number;
  /** The domain is there already: only its mailboxes are to be made. */
  domainReady?: boolean;
};

export const fulfilDomainId = (lineUid: string, run = 1): string =>
  run === 1 ? `orders.fulfil-domain:${lineUid}` : `orders.fulfil-domain:${lineUid}:${run}`;

export const fulfilDomain = defineWorkflow({
  name: 'orders.fulfil-domain',
  steps: {
    abandon: {
      does: 'ends the mailboxes of a domain that failed, and credits them back',
      run: abandon,
      undo: null,
      irreversibleBecause: 'there is no domain to make them on',
    },
  },

  async run(flow, { domainUid, mailboxUids, platform, domainReady = false }: Fulfilment) {
    if (!domainReady) {
      const registered = await flow.outcome(
        await flow.start(registerDomain, registerDomainId(domainUid), { domainUid, platform }),
      );
      const ready = registered.ok
        ? await flow.outcome(await flow.start(setUpDomain, firstSetUpId(domainUid), { domainUid, platform }))
        : registered;
      if (!ready.ok) {
        await flow.step('abandon', { mailboxUids, reason: publicReason(ready.failure) });
        return;
      }
    }
    const children = [];
    for (const mailboxUid of mailboxUids) {
      children.push(await flow.start(buyMailbox, buyMailboxId(mailboxUid), { mailboxUid }));
    }
    for (const child of children) await flow.outcome(child);
  },

  // `abandon` is the only step that can fail, and then no mailbox was begun.
  onFailure: (context, { input: { mailboxUids }, failure }) =>
    abandon(context, { mailboxUids, reason: publicReason(failure) }),
});

async function abandon(
  context: Context,
  { mailboxUids, reason }: { mailboxUids: string[]; reason: string },
): Promise<void> {
  for (const uid of mailboxUids) await failMailbox(context, uid, `its domain failed: ${reason}`);
}
