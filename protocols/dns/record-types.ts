// Record type mnemonics and their numbers (IANA "Resource Record (RR) TYPEs").

const CODES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  SIG: 24,
  KEY: 25,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
};

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(CODES).map(([name, code]) => [code, name]));

/** The number of a mnemonic or of `TYPE<n>` (RFC 3597 §5); undefined when it is neither. */
export function typeCode(type: string): number | undefined {
  const upper = type.toUpperCase();
  if (Object.hasOwn(CODES, upper)) return CODES[upper];
  const generic = /^TYPE(0|[1-9]\d{0,4})$/.exec(upper);
  if (!generic) return undefined;
  const code = Number(generic[1]);
  return code <= 0xffff ? code : undefined;
}

/** The mnemonic of a number, `TYPE<n>` where there is none (RFC 3597 §5). */
export function typeName(code: number): string {
  return NAMES.get(code) ?? `TYPE${code}`;
}

/** Types that exist only in messages: QTYPEs and meta-TYPEs (RFC 6895 §3.1), never data of a zone. */
export function isMetaType(code: number): boolean {
  return code === 0 || code === CODES.OPT || (code >= 128 && code <= 255);
}
