/** Takes responsibility for a message: into the mailboxes of its recipients, into the queue for those elsewhere, or a clear refusal. */
import { type Db, inTransaction } from '../../../database/database.ts';
import { inRounds } from '../../../database/rounds.ts';
import { WARMUP_FOLDER } from '../../../protocols/mail/warmup-mark.ts';
import type { ReceivedReport } from '../message/delivery-report.ts';
import { attributeReport } from '../queue/bounces.ts';
import { type DsnEnvelope, type DsnRecipient, wantsSuccess } from '../queue/notify.ts';
import type { EnqueueReport, ReportedRecipient } from '../queue/report.ts';
import { enqueue, type QueuedMail } from '../queue/store.ts';
import { deliverMessage, type MessageDelivery, messagesDelivered } from '../store/deliver.ts';
import {
  FolderExists,
  FolderNotFound,
  MailboxNotFound,
  MailStoreRefusal,
  QuotaExceeded,
} from '../store/errors.ts';
import { folderCreated } from '../store/folder.ts';
import { mailboxTouched } from '../store/mailbox.ts';
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
  /** What the sender asked to be told about the message, and about an address of its envelope. */
  dsn: DsnEnvelope;
  dsnOf: (address: string) => DsnRecipient;
  /** The sender is who it says it is: only then is it told of what went well, or others would be told in its place. */
  senderProven: boolean;
  smtpUtf8: boolean;
  messageId: string | null;
  subject: string | null;
  /** What it says about mail that was sent from here, if it is a delivery report. */
  report: ReceivedReport | null;
  junk: boolean;
  /** A warm-up letter, which has a folder of its own. */
  warmup: boolean;
  now: Date;
};

export type RefusedRecipient = { address: string; refusal: SmtpRefusal };

const MOST_AT_ONCE = 100;
const MOST_OCTETS_AT_ONCE = 32 * 1024 * 1024;

/** As `deliverArrived`. */
export type DeliverArrived = (mail: ArrivedMail) => Promise<void>;

/**
 * What arrives at the same moment and is for mailboxes alone is committed together; when that cannot be done with all of
 * it, and with everything else, each message goes through `deliverArrived`.
 */
export function deliverInRounds(db: Db, enqueueReport: EnqueueReport): DeliverArrived {
  const store = inRounds<ArrivedMail, void>({
    most: MOST_AT_ONCE,
    weightOf: ({ mailboxes }) => mailboxes.reduce((sum, { raw }) => sum + raw.length, 0),
    mostWeight: MOST_OCTETS_AT_ONCE,
    async round(together) {
      const [only] = together;
      if (only && together.length === 1) await deliverArrived(db, only, enqueueReport);
      else await messagesDelivered(db, together.flatMap(deliveriesOf));
      return together.map(() => undefined);
    },
  });
  return (mail) => (isForMailboxesAlone(mail) ? store(mail) : deliverArrived(db, mail, enqueueReport));
}

/** Nobody else is to be told anything. */
const isForMailboxesAlone = (mail: ArrivedMail): boolean =>
  mail.forwards.length === 0 &&
  mail.refused.length === 0 &&
  mail.report === null &&
  statusesOfTaken(mail, mail.mailboxes).length === 0;

const deliveriesOf = (mail: ArrivedMail): MessageDelivery[] =>
  mail.mailboxes.map(({ mailboxId, raw }) => ({
    mailboxId,
    folder: folderFor(mail),
    raw,
    internalDate: mail.now,
  }));

/** A warm-up letter that is suspicious goes where every other would: that is what is measured. */
const folderFor = ({ junk, warmup }: Pick<ArrivedMail, 'junk' | 'warmup'>): string => {
  if (junk) return 'Junk';
  return warmup ? WARMUP_FOLDER : 'INBOX';
};

/**
 * Does all of it in one transaction, so that a client that has to send again makes no duplicates.
 *
 * SMTP has one reply for all recipients (RFC 5321 §4.2.5). When only some of them cannot take the message, it
 * is accepted and the sender gets a report about those.
 *
 * @throws SmtpRefusal when nobody takes it: 552 5.2.2 over quota, 550 5.1.1 gone since RCPT, or what `refused` says.
 */
async function deliverArrived(db: Db, mail: ArrivedMail, enqueueReport: EnqueueReport): Promise<void> {
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
        const junk = mail.junk && !withoutJunkFolder.has(mailboxId);
        const folder = folderFor({ junk, warmup: mail.warmup });
        try {
          await deliverMessage(tx, { mailboxId, folder, raw, internalDate: mail.now });
        } catch (error) {
          // Anything else, a deadlock for one, is for the transaction to deal with.
          throw error instanceof MailStoreRefusal ? new DeliveryFailure(mailboxId, error) : error;
        }
      }
      for (const forward of mail.forwards) await enqueue(tx, queuedForward(mail, forward));
      const recipients = [...statusesOfRefused(mail, refused), ...statusesOfTaken(mail, takers)];
      if (mail.report) {
        for (const { mailboxId } of takers) {
          await attributeReport(tx, { mailboxId, report: mail.report, now: mail.now });
        }
      }
      await enqueueReport(tx, { ...mail, acceptedAt: mail.now, recipients }, mail.now);
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
    // Made with the first letter, and again when its owner has removed it.
    if (cause instanceof FolderNotFound && mail.warmup) {
      await mailboxTouched(db, mailboxId);
      await folderCreated(db, mailboxId, WARMUP_FOLDER).catch((error: unknown) => {
        if (!(error instanceof FolderExists)) throw error;
      });
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

/** Its own address asked for it, so failures after this point are for its owner, or for nobody (RFC 3461 §5.2.7.1). */
function queuedForward(mail: ArrivedMail, forward: ArrivedMail['forwards'][number]): QueuedMail {
  const { sender, target, raw, address, workspaceId } = forward;
  const { notify } = mail.dsnOf(address);
  const dsn: DsnRecipient = { notify: notify?.includes('NEVER') ? ['NEVER'] : null, orcpt: null };
  const { smtpUtf8, messageId, subject, now } = mail;
  const about = { smtpUtf8, messageId, subject, now };
  return {
    ...about,
    sender,
    recipients: [{ ...target, dsn }],
    raw,
    mailboxId: null,
    workspaceId,
    forwardedFor: address,
  };
}

const statusesOfRefused = (mail: ArrivedMail, refused: RefusedRecipient[]): ReportedRecipient[] =>
  refused.map(({ address, refusal }) => {
    const [status = '5.0.0', ...words] = refusal.message.split(' ');
    return { address, status, reason: words.join(' '), dsn: mail.dsnOf(address) };
  });

/** For those who asked to hear of success: what is in a mailbox is delivered, what is sent on is out of our sight. */
function statusesOfTaken(mail: ArrivedMail, takers: ArrivedMail['mailboxes']): ReportedRecipient[] {
  if (!mail.senderProven) return [];
  const delivered = {
    action: 'delivered',
    status: '2.0.0',
    reason: 'In the mailbox of the recipient',
  } as const;
  const relayed = { action: 'relayed', status: '2.0.0', reason: 'Sent on to another mail system' } as const;
  return [
    ...takers.map(({ address }) => ({ ...delivered, address, dsn: mail.dsnOf(address) })),
    ...mail.forwards.map(({ address }) => ({ ...relayed, address, dsn: mail.dsnOf(address) })),
  ].filter(({ dsn }) => wantsSuccess(dsn));
}
