// Who a request comes from when proxies stand in between, and when somebody says so who is none.
import { BlockList } from 'node:net';
import { expect, test } from 'vitest';
import { forwardedAddress } from './client-address.ts';

const proxies = new BlockList();
proxies.addSubnet('10.0.0.0', 8, 'ipv4');
proxies.addAddress('fd00::1', 'ipv6');

test.each([
  ['without proxies, what the header says is nothing', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['behind a proxy it is the address the proxy saw', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['behind two proxies it is the address the first saw', '10.0.0.1', '203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['what the client wrote itself is not believed', '10.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['a proxy that says nothing is the client', '10.0.0.1', undefined, '10.0.0.1'],
  ['nor is what is no address', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['an IPv4 address on an IPv6 socket is that address', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['a trusted IPv6 proxy', 'fd00::1', '2001:db8::9', '2001:db8::9'],
])('%s', (_what, peer, header, expected) => {
  expect(forwardedAddress(peer, header, proxies)).toBe(expected);
});
