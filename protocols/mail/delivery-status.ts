/** Delivery status notifications, the "bounce" messages: RFC 3464 in a multipart/report (RFC 6522). */
import { isAscii } from 'node:buffer';
import { type HeaderSection, readHeader } from './header.ts';
import { formatDate } from './trace.ts';

// RFC 6522 §3 leaves it to us how much to return; a header beyond this is somebody's attempt to make us send it.
const MAX_RETURNED_HEADER_OCTETS = 64 * 1024;
// A whole message goes back only when that costs nobody's mailbox much.
const MAX_RETURNED_MESSAGE_OCTETS = 1024 * 1024;

/**
 * What became of it (RFC 3464 §2.3.3): `relayed` was handed to a host that makes no reports of its own, `delayed` is
 * still being tried.
 */
export type ReportedAction = 'failed' | 'delayed' | 'delivered' | 'relayed';

export type RecipientStatus = {
  /** `failed` when left out. */
  action?: ReportedAction | undefined;
  /** As in the envelope of the original message. */
  address: string;
  /** The recipient as the sender first wrote it, `type;address` (RFC 3461 §4.2). */
  originalRecipient?: string | undefined;
  /** Until when a delayed one is tried. */
  retriedUntil?: Date | undefined;
  /** Enhanced status code (RFC 3463), e.g. `5.1.1`. */
  status: string;
  /** Why, in words for the sender. */
  reason: string;
  /** Host that gave the reply. */
  remoteMta?: string | undefined;
  /** The reply as received. */
  diagnostic?: string | undefined;
  lastAttemptAt?: Date | undefined;
};

export type DeliveryReport = {
  /** Name of this host. */
  reportingMta: string;
  /** Author of the report, a bare address. */
  from: string;
  /** Envelope sender of the original message. */
  to: string;
  /** Message-ID of the report, with angle brackets. */
  messageId: string;
  /** MIME boundary; must not occur in the original header. */
  boundary: string;
  date: Date;
  /** When the original message was accepted. */
  arrivalDate: Date;
  recipients: RecipientStatus[];
  /** What the sender calls the transaction (RFC 3461 §4.4). */
  envelopeId?: string | undefined;
  /** The original message; its header is returned with the report. */
  original: Buffer;
  /** Return all of it (RFC 3461 §4.3), unless it is too large for that. */
  returnFull?: boolean | undefined;
};

/** Builds the report. It must be sent with the null return path, so that it never causes another (RFC 3464 §2). */
export function buildDeliveryReport(report: DeliveryReport): Buffer {
  const header = readHeader(report.original);
  const originalHeader = report.original.subarray(0, cutAfter(header, MAX_RETURNED_HEADER_OCTETS));
  const originalId = header.fields.find((field) => field.name === 'message-id')?.value;
  // An address outside of ASCII needs the `utf-8` address type and the global media types (RFC 6533 §3).
  const international =
    report.recipients.some(({ address }) => !isAscii(Buffer.from(address))) || !isAscii(originalHeader);
  const full = report.returnFull === true && report.original.length <= MAX_RETURNED_MESSAGE_OCTETS;
  const returned = full ? report.original : originalHeader;
  const eightBit = international || !isAscii(returned);
  const part = (type: string, description: string) =>
    `--${report.boundary}\r\nContent-Description: ${description}\r\nContent-Type: ${type}\r\n` +
    `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}\r\n\r\n`;
  const fields = [
    `From: Mail Delivery System <${report.from}>`,
    `To: <${report.to}>`,
    `Subject: ${outcomeOf(report).subject}`,
    `Date: ${formatDate(report.date)}`,
    `Message-ID: ${report.messageId}`,
    ...(originalId && isMessageId(originalId)
      ? [`In-Reply-To: ${originalId}`, `References: ${originalId}`]
      : []),
    'Auto-Submitted: auto-replied', // RFC 3834 §5: keeps autoresponders from answering
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="${report.boundary}"`,
  ];
  return Buffer.concat([
    Buffer.from(`${fields.join('\r\n')}\r\n\r\n`),
    Buffer.from(part('text/plain; charset=utf-8', 'Notification') + explanation(report)),
    Buffer.from(
      `\r\n${part(international ? 'message/global-delivery-status' : 'message/delivery-status', 'Delivery report')}` +
        statusFields(report),
    ),
    Buffer.from(`\r\n${part(returnedType(full, international), full ? 'Message' : 'Message header')}`),
    returned,
    Buffer.from(`\r\n--${report.boundary}--\r\n`),
  ]);
}

const returnedType = (full: boolean, international: boolean): string => {
  if (full) return international ? 'message/global' : 'message/rfc822';
  return international ? 'message/global-headers' : 'text/rfc822-headers';
};

const actionOf = (recipient: RecipientStatus): ReportedAction => recipient.action ?? 'failed';

/** The subject and the first words: what the worst of the outcomes asks for. */
const OUTCOMES: { action: ReportedAction; subject: string; words: string }[] = [
  {
    action: 'failed',
    subject: 'Undelivered mail returned to sender',
    words: 'Your message could not be delivered to one or more recipients.',
  },
  {
    action: 'delayed',
    subject: 'Delayed mail (still being retried)',
    words: 'Your message has not been delivered yet. You do not have to send it again.',
  },
  {
    action: 'relayed',
    subject: 'Mail was relayed',
    words: 'Your message was handed to a mail system that makes no delivery reports of its own.',
  },
  { action: 'delivered', subject: 'Mail was delivered', words: 'Your message has been delivered.' },
];

const outcomeOf = ({ recipients }: DeliveryReport) =>
  OUTCOMES.find(({ action }) => recipients.some((recipient) => actionOf(recipient) === action)) ??
  OUTCOMES[0]!;

/** The part for people. */
function explanation(report: DeliveryReport): string {
  const lines = [`This is the mail system at ${report.reportingMta}.`, '', outcomeOf(report).words, ''];
  for (const recipient of report.recipients) {
    lines.push(`<${recipient.address}>: ${oneLine(recipient.reason)}`);
    if (recipient.diagnostic) {
      lines.push(
        `    ${recipient.remoteMta ? `${recipient.remoteMta} said: ` : ''}${oneLine(recipient.diagnostic)}`,
      );
    }
    if (recipient.retriedUntil) lines.push(`    It is tried until ${formatDate(recipient.retriedUntil)}.`);
    lines.push('');
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** The part for programs: fields about the message, then a block of fields per recipient (RFC 3464 §2.1). */
function statusFields(report: DeliveryReport): string {
  const blocks = [
    [
      ...(report.envelopeId ? [`Original-Envelope-Id: ${oneLine(report.envelopeId)}`] : []),
      `Reporting-MTA: dns; ${report.reportingMta}`,
      `Arrival-Date: ${formatDate(report.arrivalDate)}`,
    ],
    ...report.recipients.map((recipient) => [
      ...(recipient.originalRecipient
        ? [`Original-Recipient: ${oneLine(recipient.originalRecipient).replace(';', '; ')}`]
        : []),
      `Final-Recipient: ${isAscii(Buffer.from(recipient.address)) ? 'rfc822' : 'utf-8'}; ${recipient.address}`,
      `Action: ${actionOf(recipient)}`,
      `Status: ${recipient.status}`,
      ...(recipient.remoteMta ? [`Remote-MTA: dns; ${oneLine(recipient.remoteMta)}`] : []),
      ...(recipient.diagnostic ? [`Diagnostic-Code: smtp; ${oneLine(recipient.diagnostic)}`] : []),
      ...(recipient.lastAttemptAt ? [`Last-Attempt-Date: ${formatDate(recipient.lastAttemptAt)}`] : []),
      ...(recipient.retriedUntil ? [`Will-Retry-Until: ${formatDate(recipient.retriedUntil)}`] : []),
    ]),
  ];
  return blocks.map((block) => `${block.join('\r\n')}\r\n`).join('\r\n');
}

/** Offset after the last whole field that ends within `limit`. */
const cutAfter = (header: HeaderSection, limit: number): number =>
  header.end <= limit ? header.end : (header.fields.findLast((field) => field.end <= limit)?.end ?? 0);

// The original is under the sender's control: only a well-formed msg-id (RFC 5322 §3.6.4) is repeated.
const isMessageId = (value: string): boolean => /^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(value);

// A reply of a foreign host may hold anything. RFC 5322 §2.1.1 bounds the line.
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 800);
