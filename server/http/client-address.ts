// Where a request comes from, also behind proxies.
import { type BlockList, isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/** An IPv4 address that arrived on an IPv6 socket is that IPv4 address (RFC 4291 §2.5.5.2). */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

const isIn = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The address that `X-Forwarded-For` names, read from the right as long as it was written by a proxy that is trusted;
 * whoever is not can write there what they like.
 *
 * @param peer the other end of the connection
 */
export const forwardedAddress = (
  peer: string,
  forwardedFor: string | undefined,
  trustedProxies: BlockList,
): string => {
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
  let address = plain(peer);
  while (isIn(trustedProxies, address)) {
    const next = hops.pop();
    if (next === undefined || isIP(next) === 0) return address;
    address = next;
  }
  return address;
};

/** Null for a request that came over no connection, as in a test of the application alone. */
export const clientAddress = (c: Context, trustedProxies: BlockList): string | null => {
  const peer = c.env?.incoming ? getConnInfo(c).remote.address : undefined;
  return peer === undefined ? null : forwardedAddress(peer, c.req.header('x-forwarded-for'), trustedProxies);
};

/**
 * What guesses are counted by: the address, of IPv6 the /64 that one site usually gets whole. Requests whose origin is
 * unknown count together.
 */
export const networkOf = (address: string | null): string => {
  if (address === null || isIP(address) !== 6) return address ?? 'unknown';
  // The URL parser writes an address in its shortest form, without an embedded IPv4 address or a zone.
  const [head = '', tail] = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const zeros = Array(8 - groups(head).length - groups(tail).length).fill('0');
  const all = [...groups(head), ...(tail === undefined ? [] : zeros), ...groups(tail)];
  return `${all.slice(0, 4).join(':')}::/64`;
};
