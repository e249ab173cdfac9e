/** Final delivery: one message into the mailboxes of all its recipients, or a clear refusal. */
import { type Db, inTransaction } from '../../../database/database.ts';
import type { EnqueueBounce, FailedMail } from '../queue/bounce.ts';
import { deliverMessage } from '../store/deliver.ts';
import { FolderNotFound, MailboxNotFound, MailStoreRefusal, QuotaExceeded } from '../store/errors.ts';
import { SmtpRefusal } from './reply.ts';

export type LocalMail = {
  /** Envelope sender; empty is the null path. */
  sender: string;
  /** Mailbox uid and one of the envelope's addresses that lead to it. */
  recipients: Map<string, string>;
  raw: Buffer;
  junk: boolean;
  now: Date;
};

type Refused = { mailboxId: string; refusal: SmtpRefusal };

/**
 * Delivers to every mailbox in one transaction, so that a client that has to send again makes no duplicates.
 *
 * SMTP has one reply for all recipients (RFC 5321 §4.2.5). When only some of them cannot take the message, it
 * is accepted and the sender gets a report about those.
 *
 * @throws SmtpRefusal when no mailbox takes it: 552 5.2.2 over quota, 550 5.1.1 gone since RCPT.
 */
export async function deliverLocally(db: Db, mail: LocalMail, enqueueBounce: EnqueueBounce): Promise<void> {
  const refused: Refused[] = [];
  const withoutJunkFolder = new Set<string>();
  for (;;) {
    const first = refused[0];
    if (first && refused.length === mail.recipients.size) throw first.refusal;
    const failure = await inTransaction(db, async (tx) => {
      // In one order everywhere, so that two messages to the same mailboxes do not wait for each other.
      for (const mailboxId of [...mail.recipients.keys()].sort()) {
        if (refused.some((refusal) => refusal.mailboxId === mailboxId)) continue;
        const folder = mail.junk && !withoutJunkFolder.has(mailboxId) ? 'Junk' : 'INBOX';
        try {
          await deliverMessage(tx, { mailboxId, folder, raw: mail.raw, internalDate: mail.now });
        } catch (error) {
          // Anything else, a deadlock for one, is for the transaction to deal with.
          throw error instanceof MailStoreRefusal ? new DeliveryFailure(mailboxId, error) : error;
        }
      }
      if (refused.length > 0) await enqueueBounce(tx, reportOn(mail, refused), mail.now);
    }).then(
      () => null,
      (error: unknown) => {
        if (error instanceof DeliveryFailure) return error;
        throw error;
      },
    );
    if (!failure) return;
    const { mailboxId, cause } = failure;
    // The owner has removed or renamed the folder.
    if (cause instanceof FolderNotFound && mail.junk && !withoutJunkFolder.has(mailboxId)) {
      withoutJunkFolder.add(mailboxId);
    } else refused.push({ mailboxId, refusal: refusalFor(cause) });
  }
}

/** Carries which mailbox failed out of the transaction that this aborts. */
class DeliveryFailure extends Error {
  readonly mailboxId: string;
  constructor(mailboxId: string, cause: unknown) {
    super('delivery failed', { cause });
    this.mailboxId = mailboxId;
  }
}

/** @throws whatever it was given when that is no refusal of the store: the client is to try again. */
function refusalFor(error: unknown): SmtpRefusal {
  if (error instanceof QuotaExceeded) return new SmtpRefusal(552, '5.2.2', 'The mailbox is full');
  if (error instanceof MailboxNotFound) return new SmtpRefusal(550, '5.1.1', 'There is no such address here');
  throw error;
}

function reportOn(mail: LocalMail, refused: Refused[]): FailedMail {
  const recipients = refused.map(({ mailboxId, refusal }) => {
    const [status = '5.0.0', ...words] = refusal.message.split(' ');
    return { address: mail.recipients.get(mailboxId) ?? '', status, reason: words.join(' ') };
  });
  return { sender: mail.sender, raw: mail.raw, acceptedAt: mail.now, recipients };
}
