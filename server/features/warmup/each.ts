// One request about the warm-up of many mailboxes: each is done or refused for itself, and the answer says which and why.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { eachForItself } from '../../http/each-for-itself.ts';
import { insufficientFunds, lockFunds, spendCapExceeded } from '../billing/index.ts';
import { type Mailbox, mailboxesLock } from '../mailboxes/index.ts';
import { warmupNotFound } from './errors.ts';
import { subscriptionsOfMailboxesLock } from './store.ts';
import type { Subscription } from './subscription.ts';

export const eachAnswer = {
  results: z
    .object({
      success: z.array(
        z
          .object({ mailbox_uid: z.uuid(), subscription_uid: z.uuid(), action: z.string() })
          .meta({ id: 'WarmupDone' }),
      ),
      failed: z.array(
        z
          .object({ mailbox_uid: z.string(), code: z.string(), error: z.string() })
          .meta({ id: 'WarmupRefused' }),
      ),
    })
    .meta({ description: 'What became of each mailbox' }),
};

/**
 * Does the same with the warm-up of each mailbox, locked.
 *
 * @param act answers what it did; refuses with an ApiError before it writes anything. A wallet or a cap that does not
 *   allow it refuses the whole request.
 */
export const eachWarmup = async (
  tx: Tx,
  { teamUid, workspaceUid }: { teamUid: string; workspaceUid: string },
  wanted: readonly string[],
  act: (subscription: Subscription, mailbox: Mailbox) => Promise<string>,
) => {
  await lockFunds(tx, teamUid);
  const mailboxes = new Map(
    (await mailboxesLock(tx, workspaceUid, [...wanted])).map((mailbox) => [mailbox.uid, mailbox]),
  );
  const subscriptions = await subscriptionsOfMailboxesLock(tx, [...mailboxes.keys()]);
  return eachForItself(
    'mailbox_uid',
    wanted,
    async (mailboxUid) => {
      const mailbox = mailboxes.get(mailboxUid);
      const subscription = subscriptions.get(mailboxUid);
      if (!mailbox || !subscription) throw warmupNotFound('The mailbox is not warmed up');
      const action = await act(subscription, mailbox);
      return { mailbox_uid: mailboxUid, subscription_uid: subscription.uid, action };
    },
    [insufficientFunds.definition, spendCapExceeded.definition],
  );
};
