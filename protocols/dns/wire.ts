// Record data to and from wire format, by the dns-packet codec.

import dnsPacket from 'dns-packet';
import { toIpv4, toIpv6 } from './addresses.ts';
import { InvalidNameError, toName } from './names.ts';
import { InvalidRdataError, isStructuredType, type RecordData, type StructuredType } from './rdata.ts';
import { typeCode, typeName } from './record-types.ts';

/** The codec of one type's RDATA, with its two length bytes in front. Exported by dns-packet, missing in its types. */
type RdataCodec = { encode(data: unknown): Buffer; decode(bytes: Buffer, offset: number): unknown };
const codecOf = (dnsPacket as unknown as { record(type: string): RdataCodec }).record;

const RDLENGTH_BYTES = 2;

/** The number of a record's type. */
export function typeCodeOf(data: RecordData): number {
  return data.type === 'generic' ? data.typeCode : typeCode(data.type)!;
}

/**
 * What dns-packet takes (and gives) as `data` of an answer of this type. TXT goes as a list: dns-packet does not
 * split long texts itself. A type that has no structured form goes as bytes.
 */
export function toWire(data: RecordData): unknown {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return data.target;
    case 'SOA':
      return {
        mname: data.mname,
        rname: data.rname,
        serial: data.serial,
        refresh: data.refreshS,
        retry: data.retryS,
        expire: data.expireS,
        minimum: data.minimumS,
      };
    case 'MX':
      return { preference: data.preference, exchange: data.exchange };
    case 'TXT':
      return data.strings.map((string) => Buffer.from(string));
    case 'SRV':
      return { priority: data.priority, weight: data.weight, port: data.port, target: data.target };
    case 'CAA':
      return { flags: data.flags, tag: data.tag, value: data.value };
    case 'TLSA':
      return {
        usage: data.usage,
        selector: data.selector,
        matchingType: data.matchingType,
        certificate: Buffer.from(data.certificate),
      };
    case 'DS':
      return {
        keyTag: data.keyTag,
        algorithm: data.algorithm,
        digestType: data.digestType,
        digest: Buffer.from(data.digest),
      };
    case 'generic':
      return Buffer.from(data.bytes);
  }
}

/**
 * The reverse of `toWire`: what dns-packet decoded for a type, with its names normalised.
 *
 * @throws InvalidRdataError when the names inside are not ones this program writes
 */
export function fromWire(type: string, value: unknown): RecordData {
  try {
    return isStructuredType(type) ? structured(type, value) : generic(type, value);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    throw new InvalidRdataError(error.message, error.rule);
  }
}

/** The fields dns-packet gives for the structured types, all together; each type has its own few. */
type PacketFields = Readonly<{
  mname: string;
  rname: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
  preference: number;
  exchange: string;
  priority: number;
  weight: number;
  port: number;
  target: string;
  flags: number;
  tag: string;
  value: string;
  usage: number;
  selector: number;
  matchingType: number;
  certificate: Uint8Array;
  keyTag: number;
  algorithm: number;
  digestType: number;
  digest: Uint8Array;
}>;

function structured(type: StructuredType, value: unknown): RecordData {
  const fields = value as PacketFields;
  switch (type) {
    case 'A':
      return { type, address: toIpv4(String(value)) };
    case 'AAAA':
      return { type, address: toIpv6(String(value)) };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type, target: toName(String(value)) };
    case 'SOA':
      return {
        type,
        mname: toName(fields.mname),
        rname: toMailboxName(fields.rname),
        serial: fields.serial,
        refreshS: fields.refresh,
        retryS: fields.retry,
        expireS: fields.expire,
        minimumS: fields.minimum,
      };
    case 'MX':
      return { type, preference: fields.preference, exchange: toName(fields.exchange) };
    case 'TXT':
      return { type, strings: (value as Uint8Array[]).map((string) => Uint8Array.from(string)) };
    case 'SRV':
      return {
        type,
        priority: fields.priority,
        weight: fields.weight,
        port: fields.port,
        target: toName(fields.target),
      };
    case 'CAA':
      return { type, flags: fields.flags, tag: fields.tag, value: fields.value };
    case 'TLSA':
      return {
        type,
        usage: fields.usage,
        selector: fields.selector,
        matchingType: fields.matchingType,
        certificate: Uint8Array.from(fields.certificate),
      };
    case 'DS':
      return {
        type,
        keyTag: fields.keyTag,
        algorithm: fields.algorithm,
        digestType: fields.digestType,
        digest: Uint8Array.from(fields.digest),
      };
  }
}

function generic(type: string, value: unknown): RecordData {
  const code = typeCode(type) ?? typeCode(type.replace(/^UNKNOWN_/, 'TYPE'));
  if (code === undefined || !(value instanceof Uint8Array)) {
    throw new InvalidRdataError(`no generic form for ${type}`, 'RFC 3597 §5');
  }
  return { type: 'generic', typeCode: code, bytes: Uint8Array.from(value) };
}

/** SOA RNAME: the first label may hold dots of the mailbox's local part, escaped (RFC 1035 §8). */
export function toMailboxName(text: string): string {
  const escaped = /^((?:[^.\\]|\\.)+)\.(.+)$/.exec(text);
  if (!escaped) throw new InvalidNameError(`"${text}" is not a mailbox in SOA form`, 'RFC 1035 §8');
  const [, local, domain] = escaped;
  if (!/^(?:[\x21-\x2d\x2f-\x5b\x5d-\x7e]|\\\.)+$/.test(local!) || local!.length > 63) {
    throw new InvalidNameError(`"${local}" is not a local part`, 'RFC 1035 §8');
  }
  return `${local}.${toName(domain!)}`;
}

/** Record data as the bytes of its RDATA field, without the length. Names are not compressed (RFC 3597 §4). */
export function encodeRdata(data: RecordData): Buffer {
  if (data.type === 'generic') return Buffer.from(data.bytes);
  return rdataOf(codecOf(data.type).encode(toWire(data)));
}

// The codec reserves more than it writes for escaped names: the length bytes say where the data ends.
function rdataOf(encoded: Buffer): Buffer {
  return encoded.subarray(RDLENGTH_BYTES, RDLENGTH_BYTES + encoded.readUInt16BE(0));
}

/**
 * The bytes of an RDATA field as record data.
 *
 * @throws InvalidRdataError when they are not the wire form of the type
 */
export function decodeRdata(code: number, bytes: Uint8Array): RecordData {
  const type = typeName(code);
  if (!isStructuredType(type)) return { type: 'generic', typeCode: code, bytes: Uint8Array.from(bytes) };
  const data = decodeStructured(type, bytes);
  // The codec reads past its field and ignores what is left over; only data that comes out the same is right.
  if (!encodeRdata(data).equals(bytes)) throw malformed(type);
  return data;
}

function decodeStructured(type: StructuredType, bytes: Uint8Array): RecordData {
  const length = Buffer.alloc(RDLENGTH_BYTES);
  length.writeUInt16BE(bytes.length);
  return decodeRdataAt(typeCode(type)!, Buffer.concat([length, bytes]), 0);
}

/**
 * The RDATA of a structured type inside of a message, whose names may be compressed; `offset` is that of its length.
 *
 * @throws InvalidRdataError when it is not the wire form of the type, or holds names this program does not write
 */
export function decodeRdataAt(code: number, message: Buffer, offset: number): RecordData {
  const type = typeName(code);
  try {
    return fromWire(type, codecOf(type).decode(message, offset));
  } catch {
    throw malformed(type);
  }
}

function malformed(type: string): InvalidRdataError {
  return new InvalidRdataError(`the bytes are not the wire form of ${type}`, 'RFC 3597 §5');
}
