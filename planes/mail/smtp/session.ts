/** What both kinds of listener read from an SMTP session. */
import { isAscii } from 'node:buffer';
import type { SMTPServerAddress, SMTPServerSession } from 'smtp-server';
import { formatReceived } from '../../../protocols/mail/trace.ts';
import { type DsnEnvelope, type DsnRecipient, NO_DSN_RECIPIENT, type NotifyEvent } from '../queue/notify.ts';
import { SmtpRefusal } from './reply.ts';

/** RFC 5321 §4.5.3.1.8: at least 100 must be taken. */
const MAX_RECIPIENTS = 100;
// RFC 3461 §4.4 and §4.2: what follows them in the command must fit as well.
const MAX_ENVID_OCTETS = 100;
const MAX_ORCPT_OCTETS = 500;

/** What may stand after an address: RFC 1870 and 6152, 6531, 3461, 4954 in MAIL, RFC 3461 in RCPT. */
const PARAMETERS = {
  MAIL: new Set(['SIZE', 'BODY', 'SMTPUTF8', 'RET', 'ENVID', 'AUTH']),
  RCPT: new Set(['NOTIFY', 'ORCPT']),
};

/** @throws SmtpRefusal 555 for a parameter that is not known (RFC 5321 §4.1.1.11): what it asks for would not be done. */
export function checkParameters(command: keyof typeof PARAMETERS, { args }: SMTPServerAddress): void {
  const unknown = Object.keys(args || {}).find((name) => !PARAMETERS[command].has(name));
  if (unknown) throw new SmtpRefusal(555, '5.5.4', `There is no parameter ${unknown} of ${command}`);
}

/** @throws SmtpRefusal when the envelope is full. 452 makes clients send the rest in another transaction (§4.5.3.1.10). */
export function checkRecipientCount(session: SMTPServerSession): void {
  if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) {
    throw new SmtpRefusal(452, '4.5.3', `Too many recipients, at most ${MAX_RECIPIENTS} per message`);
  }
}

/**
 * RFC 6531 §3.4: an address outside of ASCII belongs to a transaction that says so. Only the local part is looked at:
 * the domain may have come as A-labels, which smtp-server decodes.
 *
 * @throws SmtpRefusal 553 5.6.7 (§3.5) when it does not.
 */
export function checkUtf8Announced(address: string, session: SMTPServerSession): void {
  const localPart = address.slice(0, Math.max(0, address.lastIndexOf('@')));
  if (session.envelope.smtpUtf8 || isAscii(Buffer.from(localPart))) return;
  throw new SmtpRefusal(553, '5.6.7', 'An address outside of ASCII needs SMTPUTF8 in MAIL FROM (RFC 6531)');
}

/** @throws SmtpRefusal 501 for an envelope id that is too long. */
export function dsnEnvelopeOf({ envelope }: SMTPServerSession): DsnEnvelope {
  const { ret, envid } = envelope.dsn ?? {};
  if (envid && Buffer.byteLength(envid) > MAX_ENVID_OCTETS) {
    throw new SmtpRefusal(501, '5.5.4', `ENVID is longer than ${MAX_ENVID_OCTETS} octets (RFC 3461)`);
  }
  return { ret: ret === 'FULL' || ret === 'HDRS' ? ret : null, envid: envid || null };
}

/** @throws SmtpRefusal 501 for an original recipient that is too long. */
export function dsnRecipientOf({ dsn }: SMTPServerAddress): DsnRecipient {
  if (!dsn) return NO_DSN_RECIPIENT;
  if (dsn.orcpt && Buffer.byteLength(dsn.orcpt) > MAX_ORCPT_OCTETS) {
    throw new SmtpRefusal(501, '5.5.4', `ORCPT is longer than ${MAX_ORCPT_OCTETS} octets (RFC 3461)`);
  }
  return { notify: (dsn.notify as NotifyEvent[] | undefined) ?? null, orcpt: dsn.orcpt || null };
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
