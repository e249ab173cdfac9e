/** Who a submitted message says it is from, and the fields a submission server adds or takes away (RFC 6409 §8). */
import { randomUUID } from 'node:crypto';
import { belongsTo, parseSingleMailbox } from '../../../protocols/mail/address.ts';
import { editHeader, type HeaderField, readHeader } from '../../../protocols/mail/header.ts';
import { formatDate } from '../../../protocols/mail/trace.ts';
import { SmtpRefusal } from './reply.ts';

/**
 * Checks that a message has one author and that it is one of the mailbox's `addresses` (or a sub-address of one). The DKIM signature
 * vouches for exactly that (RFC 6376 §5.4).
 *
 * @throws SmtpRefusal 550 for a header that is not one, 553 for someone else's address.
 */
export function checkAuthor(message: Buffer, addresses: readonly string[]): void {
  const { fields, malformed } = readHeader(message);
  // What different readers would read differently is not signed.
  if (malformed) throw new SmtpRefusal(550, '5.6.0', 'Message header is malformed (RFC 5322 section 2.2)');
  const named = (name: string) => fields.filter((field) => field.name === name);
  const authors = named('from');
  if (authors.length !== 1) {
    throw new SmtpRefusal(550, '5.6.0', 'Message must have exactly one From field (RFC 5322 section 3.6)');
  }
  for (const field of [...authors, ...named('sender')]) {
    const address = parseSingleMailbox(field.value);
    if (!address || !addresses.some((own) => belongsTo(address, own))) {
      const name = field.name === 'from' ? 'From' : 'Sender';
      throw new SmtpRefusal(
        553,
        '5.7.1',
        `${name} must be one address, and it must be ${addresses.join(' or ')}`,
      );
    }
  }
}

/**
 * Adds `Date` and `Message-ID` when they are missing (RFC 6409 §8.2, §8.3), and removes what is not for the
 * recipients: `Bcc` (RFC 5322 §3.6.3) and a `Return-Path`, which belongs to final delivery (RFC 5321 §4.4).
 */
export function completeHeader(message: Buffer, domain: string, now: Date): Buffer {
  const present = new Set(readHeader(message).fields.map((field) => field.name));
  const added: string[] = [];
  if (!present.has('date')) added.push(`Date: ${formatDate(now)}\r\n`);
  if (!present.has('message-id')) added.push(`Message-ID: <${randomUUID()}@${domain}>\r\n`);
  return editHeader(message, added, isRemoved);
}

const isRemoved = ({ name }: HeaderField): boolean => ['bcc', 'resent-bcc', 'return-path'].includes(name);
