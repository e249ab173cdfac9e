// Numbers of the DNS protocol that the server itself acts on.

import { typeCode } from '../../protocols/dns/record-types.ts';

const code = (type: string) => typeCode(type)!;

export const TYPE = {
  A: code('A'),
  NS: code('NS'),
  CNAME: code('CNAME'),
  SOA: code('SOA'),
  HINFO: code('HINFO'),
  MX: code('MX'),
  AAAA: code('AAAA'),
  SRV: code('SRV'),
  OPT: code('OPT'),
  DS: code('DS'),
  IXFR: code('IXFR'),
  AXFR: code('AXFR'),
  MAILB: code('MAILB'),
  MAILA: code('MAILA'),
  ANY: code('ANY'),
} as const;

/** RFC 1035 §3.2.4. */
export const CLASS_IN = 1;

/** RFC 1035 §4.1.1; BADVERS of RFC 6891 §9 has its upper bits in the OPT record. */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

const RCODE_NAMES = new Map<number, string>(Object.entries(RCODE).map(([name, number]) => [number, name]));

export function rcodeName(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `RCODE${rcode}`;
}

/** Bits of the header's flag word (RFC 1035 §4.1.1). */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100 } as const;
export const OPCODE_MASK = 0x7800;

export const HEADER_BYTES = 12;
/** RFC 1035 §4.2.1: what every requestor takes over UDP. */
export const MIN_UDP_BYTES = 512;
/** What passes nearly every path without fragments (RFC 9715 §3.1; the figure of DNS flag day 2020). */
export const MAX_UDP_BYTES = 1232;
/** RFC 1035 §4.2.2. */
export const MAX_TCP_BYTES = 65_535;
