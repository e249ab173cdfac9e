// Tells workspaces of mail that came back, by an event of the mailbox that sent it. Takes no input and acts on what the
// mail plane has written down. Safe in any number of processes: the mailbox is locked while its bounces are told of, and
// one that was told of before is not told of again.
import { inTransaction } from '../../../database/database.ts';
import type { MailBounce } from '../../../providers/contracts/mail-queue.ts';
import type { FeatureContext } from '../context.ts';
import { eventWithCause, recordEvents } from '../events/index.ts';
import { mailboxLock } from '../mailboxes/index.ts';
import { MAIL_BOUNCED, mailBounced } from './events.ts';

const AT_ONCE = 200;

export const tellBounces = async (context: FeatureContext): Promise<void> => {
  const queue = context.providers.mailQueue();
  for (;;) {
    const bounces = await queue.untoldBounces(AT_ONCE);
    for (const [mailboxUid, own] of Map.groupBy(bounces, ({ mailboxId }) => mailboxId)) {
      await tellOf(context, mailboxUid, own);
      await queue.bouncesTold(own.map(({ id }) => id));
    }
    if (bounces.length < AT_ONCE) return;
  }
};

const tellOf = ({ db }: FeatureContext, mailboxUid: string, bounces: MailBounce[]): Promise<void> =>
  inTransaction(db, async (tx) => {
    const mailbox = await mailboxLock(tx, mailboxUid);
    // There is nobody to tell any more.
    if (!mailbox) return;
    for (const bounce of bounces) {
      const cause = bounce.id;
      if (await eventWithCause(tx, { subjectUid: mailboxUid, type: MAIL_BOUNCED, cause })) continue;
      await recordEvents(tx, [mailBounced(mailbox, bounce)]);
    }
  });
