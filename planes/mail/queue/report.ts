/** Tells senders what became of their mail (RFC 3464), by a message through the same queue. */
import { randomBytes } from 'node:crypto';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { normalizePath } from '../../../protocols/mail/address.ts';
import { buildDeliveryReport, type RecipientStatus } from '../../../protocols/mail/delivery-status.ts';
import { type DsnEnvelope, type DsnRecipient, wantsFailure } from './notify.ts';
import { enqueue, isHosted } from './store.ts';

/** One recipient, and what the sender asked about it. */
export type ReportedRecipient = RecipientStatus & { dsn?: DsnRecipient | undefined };

export type ReportedMail = {
  /** Envelope sender; with the null path nothing is sent, so that no report is ever about a report. */
  sender: string;
  /** Of mail that was sent on: the address here that it was for. */
  forwardedFor?: string | null;
  raw: Buffer;
  acceptedAt: Date;
  recipients: ReportedRecipient[];
  dsn?: DsnEnvelope | undefined;
};

/** Puts the report in the queue, in the transaction that makes it true; none when the sender asked for none. */
export type EnqueueReport = (tx: Tx, mail: ReportedMail, now: Date) => Promise<void>;

export function createReporter(hostname: string): EnqueueReport {
  return async (tx, mail, now) => {
    const to = normalizePath(mail.sender);
    const recipients = mail.recipients.filter(isWanted);
    if (!to || recipients.length === 0) return;
    const failed = recipients.some(({ action = 'failed' }) => action === 'failed');
    const id = newId();
    // To a domain of ours the report comes from that domain and with its signature: this host's own name may
    // be below a domain whose DMARC policy would have the report rejected.
    const hosted = await isHosted(tx, to.domain);
    const domain = hosted ? to.domain : hostname;
    const report = buildDeliveryReport({
      reportingMta: hostname,
      from: `mailer-daemon@${domain}`,
      to: to.address,
      messageId: `<${id}@${hostname}>`,
      // Unguessable, so that no header of the original can contain it.
      boundary: `=_${randomBytes(18).toString('hex')}`,
      date: now,
      arrivalDate: mail.acceptedAt,
      recipients: recipients.map((recipient) => asTheSenderKnows(recipient, mail.forwardedFor)),
      envelopeId: mail.dsn?.envid ?? undefined,
      original: mail.raw,
      // RFC 3461 §4.3: the whole message is for failures only.
      returnFull: failed && mail.dsn?.ret === 'FULL',
    });
    const ours = { sender: '', mailboxId: null, workspaceId: null, ...(hosted && { signingDomain: domain }) };
    await enqueue(tx, { ...ours, recipients: [to], raw: report, now }, id);
  };
}

/** Whoever tells of anything but a failure has asked already whether that is wanted. */
const isWanted = ({ action = 'failed', dsn }: ReportedRecipient): boolean =>
  action !== 'failed' || !dsn || wantsFailure(dsn);

/**
 * Where an address sends its mail on to is between its owner and us (RFC 3464 §4.2): the report is about that address.
 * Our own reasons name the other domain, so only the status and the words of the other host stay.
 */
function asTheSenderKnows(recipient: ReportedRecipient, forwardedFor?: string | null): RecipientStatus {
  const originalRecipient = recipient.dsn?.orcpt ?? undefined;
  if (!forwardedFor || (recipient.action ?? 'failed') !== 'failed')
    return { ...recipient, originalRecipient };
  const other = new RegExp(recipient.address.replace(/[^\p{L}\p{N}@]/gu, '\\$&'), 'gi');
  return {
    ...recipient,
    originalRecipient,
    address: forwardedFor,
    reason: 'Mail for this address is sent on to another one, where it could not be delivered',
    diagnostic: recipient.diagnostic?.replace(other, () => forwardedFor),
  };
}
