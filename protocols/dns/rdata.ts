// The structured form of record data. Names inside are normalised as in names.ts.

export type AddressData = { type: 'A' | 'AAAA'; address: string };
export type TargetData = { type: 'CNAME' | 'NS' | 'PTR'; target: string };

/** RFC 1035 §3.3.13. `rname` is the mailbox in SOA form, the first label its local part. */
export type SoaData = {
  type: 'SOA';
  mname: string;
  rname: string;
  serial: number;
  refreshS: number;
  retryS: number;
  expireS: number;
  minimumS: number;
};

/** RFC 1035 §3.3.9. An exchange of '.' is the null MX of RFC 7505. */
export type MxData = { type: 'MX'; preference: number; exchange: string };

/** RFC 1035 §3.3.14: one or more strings of at most 255 bytes. Readers join them without a space. */
export type TxtData = { type: 'TXT'; strings: Uint8Array[] };

/** RFC 2782. A target of '.' says that the service is not offered. */
export type SrvData = { type: 'SRV'; priority: number; weight: number; port: number; target: string };

/** RFC 8659 §4.1. */
export type CaaData = { type: 'CAA'; flags: number; tag: string; value: string };

/** RFC 6698 §2.1. */
export type TlsaData = {
  type: 'TLSA';
  usage: number;
  selector: number;
  matchingType: number;
  certificate: Uint8Array;
};

/** RFC 4034 §5.1. */
export type DsData = {
  type: 'DS';
  keyTag: number;
  algorithm: number;
  digestType: number;
  digest: Uint8Array;
};

/** Any other type, its bytes as they are on the wire (RFC 3597). */
export type GenericData = { type: 'generic'; typeCode: number; bytes: Uint8Array };

export type RecordData =
  | AddressData
  | TargetData
  | SoaData
  | MxData
  | TxtData
  | SrvData
  | CaaData
  | TlsaData
  | DsData
  | GenericData;

/** The types with a structured form; every other type is `GenericData`. */
export const STRUCTURED_TYPES = [
  'A',
  'AAAA',
  'CNAME',
  'NS',
  'PTR',
  'SOA',
  'MX',
  'TXT',
  'SRV',
  'CAA',
  'TLSA',
  'DS',
] as const;

export type StructuredType = (typeof STRUCTURED_TYPES)[number];

export function isStructuredType(type: string): type is StructuredType {
  return (STRUCTURED_TYPES as readonly string[]).includes(type);
}

/** One record of a zone as it is stored. `data` is in presentation format. */
export type ZoneRecord = { name: string; type: string; ttlS: number; data: string };

/** Record data that cannot be read or written. `rule` is the section it breaks. */
export class InvalidRdataError extends Error {
  readonly rule: string;

  constructor(message: string, rule: string) {
    super(message);
    this.name = 'InvalidRdataError';
    this.rule = rule;
  }
}
