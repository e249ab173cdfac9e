// IP addresses in their canonical text.

import { isIPv4, isIPv6 } from 'node:net';
import { InvalidRdataError } from './rdata.ts';

/** @throws InvalidRdataError when the text is not four decimal numbers without leading zeros */
export function toIpv4(text: string): string {
  if (!isIPv4(text)) throw new InvalidRdataError(`"${text}" is not an IPv4 address`, 'RFC 1035 §3.4.1');
  return text;
}

/** The shortest lower case form (RFC 5952 §4). @throws InvalidRdataError */
export function toIpv6(text: string): string {
  if (!isIPv6(text) || text.includes('%')) {
    throw new InvalidRdataError(`"${text}" is not an IPv6 address`, 'RFC 3596 §2.2');
  }
  // The URL parser has the same shortening rules (WHATWG URL §3.5).
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** Whether a name is really an IPv4 address someone typed where a host name belongs. */
export function looksLikeAddress(name: string): boolean {
  return isIPv4(name) || isIPv6(name);
}
