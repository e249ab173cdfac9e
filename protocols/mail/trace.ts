/** Trace fields and dates as RFC 5321 §4.4 and RFC 5322 §3.3 write them. */
import { isIP } from 'node:net';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date-time of RFC 5322 §3.3 in UTC, e.g. `Mon, 23 Nov 2026 16:41:00 +0000`. */
export function formatDate(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${date.getUTCFullYear()} ${time} +0000`;
}

export type ReceivedTrace = {
  /** What the client called itself in HELO or EHLO. Not trusted: anything but a host name or literal is left out. */
  helo: string;
  /** Address of the connection. */
  remoteAddress: string;
  /** This host. */
  by: string;
  /** As registered for the WITH clause (RFC 3848, RFC 6531 §4.3), e.g. `ESMTPSA`. */
  protocol: string;
  id: string;
  /** e.g. `TLSv1.3 TLS_AES_256_GCM_SHA384`; absent for a connection in the clear. */
  tls?: string | undefined;
  /** Only for a message with one recipient: with more it would tell each about the others (RFC 5321 §7.2). */
  recipient?: string | undefined;
  date: Date;
};

/** A `Received` field (RFC 5321 §4.4), CRLF included. */
export function formatReceived(trace: ReceivedTrace): string {
  const helo = /^[a-z0-9_.-]+$|^\[[0-9a-z.:]+\]$/i.test(trace.helo) ? trace.helo : 'unknown';
  const literal =
    isIP(trace.remoteAddress) === 6 ? `[IPv6:${trace.remoteAddress}]` : `[${trace.remoteAddress}]`;
  const tls = trace.tls ? ` (${trace.tls})` : '';
  const recipient = trace.recipient ? `\r\n for <${trace.recipient}>` : '';
  return (
    `Received: from ${helo} (${literal})\r\n by ${trace.by} with ${trace.protocol}${tls}` +
    `\r\n id ${trace.id}${recipient};\r\n ${formatDate(trace.date)}\r\n`
  );
}

/** The `Return-Path` field that final delivery adds (RFC 5321 §4.4); an empty sender is the null path. */
export function formatReturnPath(sender: string): string {
  return `Return-Path: <${sender}>\r\n`;
}

/** The `Delivered-To` field (RFC 9228) of a host that sends mail for `address` on: by it a message that comes back is known. */
export function formatDeliveredTo(address: string): string {
  return `Delivered-To: ${address}\r\n`;
}
