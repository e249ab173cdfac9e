// DNS messages (RFC 1035 §4.1) as a client sees them: a question as bytes, and the bytes of a response as records
// of every type, unknown ones included.

import dnsPacket from 'dns-packet';
import { InvalidRdataError, isStructuredType, type RecordData } from './rdata.ts';
import { typeCode, typeName } from './record-types.ts';
import { decodeRdata, decodeRdataAt } from './wire.ts';

export type DnsQuestion = { name: string; type: string };

export type DnsRecord = { name: string; type: string; ttlS: number; data: RecordData };

export type DnsResponse = {
  id: number;
  /** `NOERROR`, `NXDOMAIN`, …; `RCODE<n>` for those without a name here. */
  rcode: string;
  authoritative: boolean;
  truncated: boolean;
  /** Null when the server did not repeat it. */
  question: DnsQuestion | null;
  answers: DnsRecord[];
  authorities: DnsRecord[];
  additionals: DnsRecord[];
};

const CLASS_IN = 1;
const HEADER_BYTES = 12;
/** Class, TTL and length; the type is before them. */
const RECORD_TAIL_BYTES = 8;
const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100 } as const;
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
/** What passes nearly every path without fragments (RFC 9715 §3.1). */
const PAYLOAD_BYTES = 1232;

/**
 * A query with EDNS (RFC 6891 §6.1.2), so that usual answers fit a datagram.
 *
 * @param recursionDesired whether the server is to find out (a resolver) or only to say what it has
 */
export function encodeQuery(question: DnsQuestion, id: number, recursionDesired: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(recursionDesired ? FLAG.RD : 0, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  const typeAndClass = Buffer.alloc(4);
  typeAndClass.writeUInt16BE(typeCode(question.type)!, 0);
  typeAndClass.writeUInt16BE(CLASS_IN, 2);
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(typeCode('OPT')!, 1);
  opt.writeUInt16BE(PAYLOAD_BYTES, 3);
  return Buffer.concat([header, nameCodec.encode(question.name), typeAndClass, opt]);
}

/**
 * Reads a response. Record data that is not what its type says comes as the bytes it is.
 *
 * @throws RangeError when the bytes are no response, or end in the middle
 */
export function decodeResponse(bytes: Buffer): DnsResponse {
  try {
    const flags = bytes.readUInt16BE(2);
    if ((flags & FLAG.QR) === 0) throw new RangeError('a query, not a response');
    const reader = new MessageReader(bytes);
    const questions = Array.from({ length: bytes.readUInt16BE(4) }, () => reader.question());
    const section = (countAt: number) =>
      Array.from({ length: bytes.readUInt16BE(countAt) }, () => reader.record());
    const rcode = flags & 0x000f;
    return {
      id: bytes.readUInt16BE(0),
      rcode: RCODES[rcode] ?? `RCODE${rcode}`,
      authoritative: (flags & FLAG.AA) !== 0,
      truncated: (flags & FLAG.TC) !== 0,
      question: questions[0] ?? null,
      answers: section(6),
      authorities: section(8),
      // The OPT record is about the message, not data of any name (RFC 6891 §6.1.1).
      additionals: section(10).filter(({ type }) => type !== 'OPT'),
    };
  } catch (error) {
    throw new RangeError('the bytes are no DNS response', { cause: error });
  }
}

/** Exported by dns-packet, missing in its types. */
type NameCodec = {
  encode(name: string): Buffer;
  decode: { (bytes: Buffer, offset: number): string; bytes: number };
};
const nameCodec = (dnsPacket as unknown as { name: NameCodec }).name;

class MessageReader {
  readonly #bytes: Buffer;
  #offset = HEADER_BYTES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  question(): DnsQuestion {
    const name = this.#name();
    const type = typeName(this.#bytes.readUInt16BE(this.#offset));
    this.#offset += 4;
    return { name, type };
  }

  record(): DnsRecord {
    const name = this.#name();
    const code = this.#bytes.readUInt16BE(this.#offset);
    const ttlS = this.#bytes.readUInt32BE(this.#offset + 4);
    const lengthAt = this.#offset + RECORD_TAIL_BYTES;
    const end = lengthAt + 2 + this.#bytes.readUInt16BE(lengthAt);
    if (end > this.#bytes.length) throw new RangeError('a record ends behind the message');
    this.#offset = end;
    return { name, type: typeName(code), ttlS, data: this.#data(code, lengthAt, end) };
  }

  #data(code: number, lengthAt: number, end: number): RecordData {
    const rdata = this.#bytes.subarray(lengthAt + 2, end);
    try {
      // Names inside may point to anywhere before them in the message (RFC 1035 §4.1.4).
      return isStructuredType(typeName(code))
        ? decodeRdataAt(code, this.#bytes, lengthAt)
        : decodeRdata(code, rdata);
    } catch (error) {
      if (!(error instanceof InvalidRdataError)) throw error;
      return { type: 'generic', typeCode: code, bytes: Uint8Array.from(rdata) };
    }
  }

  #name(): string {
    const name = nameCodec.decode(this.#bytes, this.#offset);
    this.#offset += nameCodec.decode.bytes;
    return name.toLowerCase();
  }
}
