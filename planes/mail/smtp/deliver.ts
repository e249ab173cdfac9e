/** Takes responsibility for a message: into the mailboxes of its recipients, into the queue for those elsewhere, or a clear refusal. */
import { type Db, inTransaction } from '../../../database/database.ts';
import type { EnqueueBounce, FailedMail } from '../queue/bounce.ts';
import { enqueue } from '../queue/store.ts';
import { deliverMessage } from '../store/deliver.ts';
import { FolderNotFound, MailboxNotFound, MailStoreRefusal, QuotaExceeded } from '../store/errors.ts';
import type { ForwardedMail } from './forward.ts';
import { SmtpRefusal } from './reply.ts';

/** `address` is everywhere one of the envelope's addresses that lead there. */
export type ArrivedMail = {
  /** Envelope sender; empty is the null path. */
  sender: string;
  /** The message as the sender knows it, for a report. */
  raw: Buffer;
  mailboxes: { mailboxId: string; address: string; raw: Buffer }[];
  forwards: (ForwardedMail & { address: string })[];
  /** Recipients that cannot have it, as the message itself showed. */
  refused: RefusedRecipient[];
  junk: boolean;
  now: Date;
};

export type RefusedRecipient = { address: string; refusal: SmtpRefusal };

/**
 * Does all of it in one transaction, so that a client that has to send again makes no duplicates.
 *
 * SMTP has one reply for all recipients (RFC 5321 §4.2.5). When only some of them cannot take the message, it
 * is accepted and the sender gets a report about those.
 *
 * @throws SmtpRefusal when nobody takes it: 552 5.2.2 over quota, 550 5.1.1 gone since RCPT, or what `refused` says.
 */
export async function deliverArrived(db: Db, mail: ArrivedMail, enqueueBounce: EnqueueBounce): Promise<void> {
  const refused = [...mail.refused];
  const refusedMailboxes = new Set<string>();
  const withoutJunkFolder = new Set<string>();
  // In one order everywhere, so that two messages to the same mailboxes do not wait for each other.
  const mailboxes = mail.mailboxes.toSorted((a, b) => (a.mailboxId < b.mailboxId ? -1 : 1));
  for (;;) {
    const takers = mailboxes.filter(({ mailboxId }) => !refusedMailboxes.has(mailboxId));
    const [first] = refused;
    if (first && takers.length === 0 && mail.forwards.length === 0) throw first.refusal;
    const failure = await inTransaction(db, async (tx) => {
      for (const { mailboxId, raw } of takers) {
        const folder = mail.junk && !withoutJunkFolder.has(mailboxId) ? 'Junk' : 'INBOX';
        try {
          await deliverMessage(tx, { mailboxId, folder, raw, internalDate: mail.now });
        } catch (error) {
          // Anything else, a deadlock for one, is for the transaction to deal with.
          throw error instanceof MailStoreRefusal ? new DeliveryFailure(mailboxId, error) : error;
        }
      }
      for (const { sender, target, raw, address } of mail.forwards) {
        const forwarded = { sender, recipients: [target], raw, mailboxId: null, forwardedFor: address };
        await enqueue(tx, { ...forwarded, now: mail.now });
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
      continue;
    }
    refusedMailboxes.add(mailboxId);
    const address = mailboxes.find((mailbox) => mailbox.mailboxId === mailboxId)?.address ?? '';
    refused.push({ address, refusal: refusalFor(cause) });
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

function reportOn(mail: ArrivedMail, refused: RefusedRecipient[]): FailedMail {
  const recipients = refused.map(({ address, refusal }) => {
    const [status = '5.0.0', ...words] = refusal.message.split(' ');
    return { address, status, reason: words.join(' ') };
  });
  return { sender: mail.sender, raw: mail.raw, acceptedAt: mail.now, recipients };
}
