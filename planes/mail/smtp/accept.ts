/**
 * Takes responsibility for submitted messages: into the queue, as long as their mailboxes may send. What clients hand in
 * at the same moment is committed together, and each is answered when that is on the disk.
 */
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { inRounds } from '../../../database/rounds.ts';
import { formatDate } from '../../../protocols/mail/trace.ts';
import type { MailLogin } from '../login.ts';
import { countSends, type Exceeded, type SendLimits } from '../queue/allowance.ts';
import { enqueueAll, type HoldElsewhere, type QueuedMail } from '../queue/store.ts';
import { SmtpRefusal } from './reply.ts';

const MOST_AT_ONCE = 100;
const MOST_OCTETS_AT_ONCE = 32 * 1024 * 1024;

export type Submitted = {
  login: MailLogin;
  /** Whose limit it counts against, beside the mailbox's own. */
  domain: string;
  mail: QueuedMail & { id: string };
};

/**
 * @throws SmtpRefusal 550 5.7.1 when the mailbox may not send any more, 421 when it has other credentials now, 452 4.7.1
 * beyond a limit, 550 5.5.3 beyond one that waiting does not help.
 */
export type Accept = (submitted: Submitted) => Promise<void>;

export function acceptInRounds(options: {
  db: Db;
  limits: SendLimits;
  holdElsewhere: HoldElsewhere;
}): Accept {
  return inRounds<Submitted, void>({
    most: MOST_AT_ONCE,
    weightOf: ({ mail }) => mail.raw.length,
    mostWeight: MOST_OCTETS_AT_ONCE,
    async round(together) {
      await inTransaction(options.db, (tx) => acceptAll(tx, together, options));
      return together.map(() => undefined);
    },
  });
}

/** All or none: one that is refused is found when each is tried alone. */
async function acceptAll(
  tx: Tx,
  together: readonly Submitted[],
  { limits, holdElsewhere }: { limits: SendLimits; holdElsewhere: HoldElsewhere },
): Promise<void> {
  const mailboxes = await tx
    .selectFrom('published.mailbox')
    .select(['id', 'status', 'login_version', 'daily_send_limit'])
    .where('id', 'in', [...new Set(together.map(({ login }) => login.id))])
    .execute();
  const byId = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const sends = together.map(({ login, domain, mail }) => {
    const mailbox = byId.get(login.id);
    // Asked again, because a session may last for hours.
    if (mailbox?.status !== 'active') {
      throw new SmtpRefusal(550, '5.7.1', 'This mailbox may not send (any more)');
    }
    if (mailbox.login_version !== login.loginVersion) {
      throw new SmtpRefusal(421, '4.7.0', 'The credentials of this mailbox have changed, sign in again');
    }
    const perDay = Math.min(mailbox.daily_send_limit, limits.mailbox.recipientsPerDay ?? Infinity);
    const own = { ...limits, mailbox: { ...limits.mailbox, recipientsPerDay: perDay } };
    const { recipients, now } = mail;
    return { mailboxId: login.id, domain, recipients: recipients.length, now, limits: own };
  });
  await enqueueAll(
    tx,
    together.map(({ mail }) => mail),
    holdElsewhere,
  );
  // Last, because everybody of the domain waits for its row until this transaction ends.
  const exceeded = await countSends(tx, sends);
  if (exceeded) throw beyondLimit(exceeded);
}

function beyondLimit({ of, limit, what, length, retryAt }: Exceeded): SmtpRefusal {
  const may = `This ${of} may send ${what === 'messages' ? `${limit} messages` : `to ${limit} recipients`} per ${length}`;
  // Waiting does not help a message that is too much on its own.
  if (!retryAt) return new SmtpRefusal(550, '5.5.3', `${may}, and the message has more`);
  return new SmtpRefusal(452, '4.7.1', `${may}, try again after ${formatDate(retryAt)}`);
}
