// Which addresses a request that a customer asked for may go to: the public internet, and what the operator lets
// through. Everything else (this machine, its network, a cloud's metadata service) is nobody's to reach from outside.
import { BlockList, isIP } from 'node:net';

/** `10.0.0.0/8`, as a table of our own says it; what people write is read by `server/config/`. */
const networks = (...subnets: string[]): BlockList => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', prefix] = subnet.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

/** IANA's special-purpose registries (RFC 6890), and multicast: nothing in them is a host on the internet. */
const special = networks(
  '0.0.0.0/8', // "this network", RFC 791 §3.2
  '10.0.0.0/8', // private, RFC 1918
  '100.64.0.0/10', // carrier-grade NAT, RFC 6598
  '127.0.0.0/8', // loopback, RFC 1122 §3.2.1.3
  '169.254.0.0/16', // link-local, RFC 3927; clouds answer with credentials here
  '172.16.0.0/12', // private, RFC 1918
  '192.0.0.0/24', // protocol assignments, RFC 6890
  '192.0.2.0/24', // documentation, RFC 5737
  '192.88.99.0/24', // 6to4 relays, RFC 7526
  '192.168.0.0/16', // private, RFC 1918
  '198.18.0.0/15', // benchmarks, RFC 2544
  '198.51.100.0/24', // documentation, RFC 5737
  '203.0.113.0/24', // documentation, RFC 5737
  '224.0.0.0/4', // multicast, RFC 5771
  '240.0.0.0/4', // reserved and broadcast, RFC 1112 §4
  '2001::/23', // protocol assignments and Teredo, RFC 2928
  '2001:db8::/32', // documentation, RFC 3849
  '2002::/16', // 6to4: an IPv4 address inside, RFC 3056
  '3fff::/20', // documentation, RFC 9637
  '5f00::/16', // segment routing, RFC 9602
);

/** Global unicast (RFC 4291 §2.4): outside of it are loopback, link-local, unique local, NAT64 and multicast. */
const globalUnicast = networks('2000::/3');

/** Answers whether a request may go to this address; `letThrough` are the networks the operator has opened. */
export const targetGuard =
  (letThrough: BlockList): ((address: string) => boolean) =>
  (address) => {
    const version = isIP(address);
    if (version === 0) return false;
    if (version === 4) return letThrough.check(address, 'ipv4') || !special.check(address, 'ipv4');
    // BlockList compares an IPv4-mapped address (RFC 4291 §2.5.5.2) with IPv4 networks by itself; global unicast it
    // is not, so such an address is refused whatever it maps to.
    if (letThrough.check(address, 'ipv6')) return true;
    return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
  };
