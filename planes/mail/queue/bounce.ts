/** Tells senders about mail that will not arrive (RFC 3464), by a message through the same queue. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { normalizePath } from '../../../protocols/mail/address.ts';
import { buildDeliveryReport, type RecipientStatus } from '../../../protocols/mail/delivery-status.ts';
import type { Sign } from '../sign.ts';
import { enqueue, isHosted } from './store.ts';

export type FailedMail = {
  /** Envelope sender; with the null path nothing is sent, so that no report is ever about a report. */
  sender: string;
  /** Of mail that was sent on: the address here that it was for. */
  forwardedFor?: string | null;
  raw: Buffer;
  acceptedAt: Date;
  recipients: RecipientStatus[];
};

/** Puts the report in the queue, in the transaction that gives up on the mail. */
export type EnqueueBounce = (tx: Tx, failed: FailedMail, now: Date) => Promise<void>;

export function createBouncer(options: { hostname: string; sign: Sign; log: Logger }): EnqueueBounce {
  const { hostname, sign, log } = options;
  return async (tx, failed, now) => {
    const to = normalizePath(failed.sender);
    if (!to) return;
    const id = newId();
    // To a domain of ours the report comes from that domain and with its signature: this host's own name may
    // be below a domain whose DMARC policy would have the report rejected.
    const domain = (await isHosted(tx, to.domain)) ? to.domain : hostname;
    const report = buildDeliveryReport({
      reportingMta: hostname,
      from: `mailer-daemon@${domain}`,
      to: to.address,
      messageId: `<${id}@${hostname}>`,
      // Unguessable, so that no header of the original can contain it.
      boundary: `=_${randomBytes(18).toString('hex')}`,
      date: now,
      arrivalDate: failed.acceptedAt,
      recipients: failed.recipients.map((recipient) => asTheSenderKnows(recipient, failed.forwardedFor)),
      original: failed.raw,
    });
    const signatures = await sign(tx, report, domain, now).catch((err: unknown) => {
      // An unsigned report may still arrive; no report certainly does not.
      log.error({ err, domain }, 'queue: cannot sign a delivery report');
      return '';
    });
    const raw = Buffer.concat([Buffer.from(signatures), report]);
    await enqueue(tx, { sender: '', recipients: [to], raw, mailboxId: null, now }, id);
  };
}

/**
 * Where an address sends its mail on to is between its owner and us (RFC 3464 §4.2): the report is about that address.
 * Our own reasons name the other domain, so only the status and the words of the other host stay.
 */
function asTheSenderKnows(recipient: RecipientStatus, forwardedFor?: string | null): RecipientStatus {
  if (!forwardedFor) return recipient;
  const other = new RegExp(recipient.address.replace(/[^\p{L}\p{N}@]/gu, '\\$&'), 'gi');
  return {
    ...recipient,
    address: forwardedFor,
    reason: 'Mail for this address is sent on to another one, where it could not be delivered',
    diagnostic: recipient.diagnostic?.replace(other, () => forwardedFor),
  };
}
