// Which addresses customers may have requests sent to, with the nearest miss on each side.
import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { targetGuard } from './target-guard.ts';

const mayGoTo = targetGuard(new BlockList());

describe('refused: what is not a host on the internet', () => {
  test.each([
    ['this host', '0.0.0.0'],
    ['a private network', '10.255.255.255'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['loopback, not only its first address', '127.8.9.10'],
    ['the metadata service of a cloud', '169.254.169.254'],
    ['a private network in the middle of its range', '172.31.255.255'],
    ['a home network', '192.168.0.1'],
    ['documentation', '203.0.113.7'],
    ['multicast', '224.0.0.251'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 loopback', '::1'],
    ['the IPv6 address of nothing', '::'],
    ['loopback dressed as IPv6', '::ffff:127.0.0.1'],
    ['a private address dressed as IPv6', '::ffff:10.0.0.1'],
    ['loopback in the old IPv4-compatible form', '::127.0.0.1'],
    ['a private address behind NAT64', '64:ff9b::a00:1'],
    ['a private address in 6to4', '2002:a00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['link-local IPv6', 'fe80::1'],
    ['unique local IPv6', 'fd12:3456::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['a name', 'localhost'],
    ['nothing', ''],
  ])('%s', (_what, address) => expect(mayGoTo(address)).toBe(false));
});

describe('let through: the internet, up to the edges', () => {
  test.each([
    '1.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2001:200::1',
    '2606:4700::1111',
    '3ffe::1',
  ])('%s', (address) => expect(mayGoTo(address)).toBe(true));
});

test('the operator’s own networks are let through, and nothing beside them', () => {
  const opened = new BlockList();
  opened.addSubnet('10.20.0.0', 16, 'ipv4');
  opened.addSubnet('fd00:1::', 32, 'ipv6');
  const guard = targetGuard(opened);
  expect(['10.20.255.1', 'fd00:1::9'].map(guard)).toEqual([true, true]);
  expect(['10.21.0.1', 'fd00:2::9', '127.0.0.1'].map(guard)).toEqual([false, false, false]);
});
