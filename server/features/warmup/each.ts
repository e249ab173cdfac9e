// One request about the warm-up of many mailboxes: each is done or refused for itself, and the answer says which and why.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { ApiError } from '../../http/errors.ts';
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
 * Does the same with the warm-up of each mailbox, locked, in the order of the request. When all of them are refused the
 * request is, with the first reason, and the results beside it.
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
  const success: { mailbox_uid: string; subscription_uid: string; action: string }[] = [];
  const refusals: { mailbox_uid: string; refusal: ApiError }[] = [];
  for (const mailboxUid of new Set(wanted)) {
    const mailbox = mailboxes.get(mailboxUid);
    const subscription = subscriptions.get(mailboxUid);
    try {
      if (!mailbox || !subscription) throw warmupNotFound('The mailbox is not warmed up');
      const action = await act(subscription, mailbox);
      success.push({ mailbox_uid: mailboxUid, subscription_uid: subscription.uid, action });
    } catch (error) {
      const concernsAll = [insufficientFunds.definition, spendCapExceeded.definition];
      if (!(error instanceof ApiError) || concernsAll.includes(error.definition)) throw error;
      refusals.push({ mailbox_uid: mailboxUid, refusal: error });
    }
  }
  const failed = refusals.map(({ mailbox_uid, refusal }) => ({
    mailbox_uid,
    code: refusal.definition.code,
    error: refusal.message,
  }));
  const [first] = refusals;
  if (first && success.length === 0) {
    const { definition, message, fields } = first.refusal;
    throw new ApiError(definition, message, { ...fields, results: { success, failed } });
  }
  return { success, failed };
};

/** In the words of the reference API. */
export const processed = (results: { success: unknown[]; failed: unknown[] }, done: string): string => {
  const { success, failed } = results;
  return `Processed ${success.length + failed.length} mailbox(es): ${success.length} ${done}, ${failed.length} failed`;
};
