/** What both kinds of listener read from an SMTP session. */
import type { SMTPServerSession } from 'smtp-server';
import { formatReceived } from '../../../protocols/mail/trace.ts';
import { SmtpRefusal } from './reply.ts';

/** RFC 5321 §4.5.3.1.8: at least 100 must be taken. */
const MAX_RECIPIENTS = 100;

/** @throws SmtpRefusal when the envelope is full. 452 makes clients send the rest in another transaction (§4.5.3.1.10). */
export function checkRecipientCount(session: SMTPServerSession): void {
  if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) {
    throw new SmtpRefusal(452, '4.5.3', `Too many recipients, at most ${MAX_RECIPIENTS} per message`);
  }
}

/** The `Received` field for a message that came in by `session`. */
export function receivedField(
  session: SMTPServerSession,
  message: { id: string; hostname: string; recipients: string[]; now: Date },
): string {
  const { envelope, tlsOptions } = session;
  return formatReceived({
    helo: session.hostNameAppearsAs,
    remoteAddress: session.remoteAddress,
    by: message.hostname,
    // RFC 6531 §4.3 registers the names with UTF8 for messages that needed SMTPUTF8.
    protocol: envelope.smtpUtf8
      ? session.transmissionType.replace(/^ESMTP/, 'UTF8SMTP')
      : session.transmissionType,
    tls: tlsOptions ? `${tlsOptions.version} ${tlsOptions.standardName}` : undefined,
    id: message.id,
    recipient: message.recipients.length === 1 ? message.recipients[0] : undefined,
    date: message.now,
  });
}
