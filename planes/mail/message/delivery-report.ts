/** Reads the delivery reports of other systems: RFC 3464 in a multipart/report (RFC 6522), and RFC 6533 for UTF-8. */
import { readHeader } from '../../../protocols/mail/header.ts';
import { headerValue } from './header-fields.ts';
import { type MimePart, parseMime } from './mime-tree.ts';

// A report about more recipients than a message may have is none.
const MAX_RECIPIENTS = 1000;

export type ReportedRecipient = {
  /** In lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`. */
  action: string;
  /** Enhanced status code. */
  status: string;
  /** Without its type; the last host that knew the address may know it by another one. */
  finalRecipient: string;
  originalRecipient: string | null;
  /** What the refusing host said. */
  diagnostic: string;
  remoteMta: string | null;
};

export type ReceivedReport = {
  /** Of the message it is about, with angle brackets; null when the report does not return the header. */
  messageId: string | null;
  reportingMta: string | null;
  recipients: ReportedRecipient[];
};

/** Null for what is no delivery report. Never throws. */
export function readDeliveryReport(raw: Buffer): ReceivedReport | null {
  const root = parseMime(raw);
  const kind = root.parameters.find(([name]) => name === 'report-type')?.[1];
  if (root.type !== 'multipart' || root.subtype !== 'report' || !/^delivery-status$/i.test(kind ?? '')) {
    return null;
  }
  const status = root.children.find(({ type, subtype }) => {
    return type === 'message' && ['delivery-status', 'global-delivery-status'].includes(subtype);
  });
  if (!status) return null;
  const [about, ...blocks] = blocksOf(bodyOf(raw, status));
  const recipients = blocks.slice(0, MAX_RECIPIENTS).flatMap((fields) => {
    const finalRecipient = withoutType(fields.get('final-recipient'));
    if (!finalRecipient) return [];
    return [
      {
        action: (fields.get('action') ?? '').toLowerCase(),
        status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0] ?? '',
        finalRecipient,
        originalRecipient: withoutType(fields.get('original-recipient')),
        diagnostic: withoutType(fields.get('diagnostic-code')) ?? '',
        remoteMta: withoutType(fields.get('remote-mta')),
      },
    ];
  });
  return {
    messageId: returnedMessageId(raw, root.children),
    reportingMta: withoutType(about?.get('reporting-mta')),
    recipients,
  };
}

/** The body as bytes; the encodings a report may have beyond plain text are undone. */
function bodyOf(raw: Buffer, { body, encoding }: MimePart): Buffer {
  const bytes = raw.subarray(body[0], body[1]);
  if (encoding === 'base64') return Buffer.from(bytes.toString('latin1'), 'base64');
  if (encoding !== 'quoted-printable') return bytes;
  const text = bytes
    .toString('latin1')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** The groups of fields, which empty lines divide (RFC 3464 §2.1), the one about the message first. */
function blocksOf(body: Buffer): Map<string, string>[] {
  const blocks: Map<string, string>[] = [];
  let rest = Buffer.from(
    body
      .toString('latin1')
      .replace(/\r?\n/g, '\r\n')
      .replace(/^(?:\r\n)+/, ''),
    'latin1',
  );
  while (rest.length > 0 && blocks.length <= MAX_RECIPIENTS) {
    const { fields, end } = readHeader(rest);
    blocks.push(new Map(fields.map(({ name, value }) => [name, value])));
    const next = rest.subarray(end);
    rest = next.subarray(/^(?:\r\n)*/.exec(next.toString('latin1'))?.[0].length ?? 0);
    if (end === 0 && rest.length === next.length) break;
  }
  return blocks;
}

/** `rfc822; <bob@x.example>` → `bob@x.example`. */
function withoutType(value: string | undefined): string | null {
  if (value === undefined) return null;
  const text = value.replace(/^[a-z0-9-]+\s*;\s*/i, '').trim();
  return /^<(.*)>$/.exec(text)?.[1] ?? (text || null);
}

function returnedMessageId(raw: Buffer, parts: MimePart[]): string | null {
  for (const part of parts) {
    const kind = `${part.type}/${part.subtype}`;
    if (part.embedded) return headerValue(raw, part.embedded.header, 'message-id')?.trim() || null;
    if (['text/rfc822-headers', 'message/global-headers', 'message/global'].includes(kind)) {
      return readHeader(bodyOf(raw, part)).fields.find(({ name }) => name === 'message-id')?.value || null;
    }
  }
  return null;
}
