// Record data to and from presentation format, the text of zone files (RFC 1035 §5.1, RFC 3597 §5).

import { toIpv4, toIpv6 } from './addresses.ts';
import { MAX_STRING_BYTES, quote, type Token, tokenize } from './character-strings.ts';
import { InvalidNameError, toAbsolute, toName } from './names.ts';
import { InvalidRdataError, isStructuredType, type RecordData, type StructuredType } from './rdata.ts';
import { isMetaType, typeCode, typeName } from './record-types.ts';
import { decodeRdata, toMailboxName } from './wire.ts';

const MAX_RDATA_BYTES = 0xffff;

/**
 * Reads the data of one record. Names are taken as absolute, with or without the trailing dot. A type without a
 * structured form must be in the generic form `\# length hex` of RFC 3597 §5, which every other type may use too.
 *
 * @throws InvalidRdataError
 */
export function parseRdata(type: string, text: string): RecordData {
  const code = typeCode(type);
  if (code === undefined) throw new InvalidRdataError(`${type} is not a record type`, 'RFC 3597 §5');
  if (isMetaType(code)) {
    throw new InvalidRdataError(`${type} exists in messages only, not in zones`, 'RFC 6895 §3.1');
  }
  const name = typeName(code);
  if (/^\s*\\#(\s|$)/.test(text)) {
    const data = decodeRdata(code, parseGenericBytes(text));
    // What has a structured form must also be valid in it.
    return data.type === 'generic' ? data : parseRdata(name, formatRdata(data));
  }
  if (!isStructuredType(name)) {
    throw new InvalidRdataError(`write ${type} in the generic form \\# <length> <hex>`, 'RFC 3597 §5');
  }
  const data = parseStructured(name, new FieldReader(name, tokenize(text)));
  if (data.type === 'TXT' && data.strings.reduce((sum, s) => sum + s.length + 1, 0) > MAX_RDATA_BYTES) {
    throw new InvalidRdataError('TXT is longer than 65535 bytes', 'RFC 1035 §3.2.1');
  }
  return data;
}

function parseStructured(type: StructuredType, fields: FieldReader): RecordData {
  const data = readData(type, fields);
  fields.end();
  return data;
}

function readData(type: StructuredType, fields: FieldReader): RecordData {
  switch (type) {
    case 'A':
      return { type, address: fields.ipv4() };
    case 'AAAA':
      return { type, address: fields.ipv6() };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type, target: fields.name() };
    case 'SOA':
      return {
        type,
        mname: fields.name(),
        rname: fields.mailbox(),
        serial: fields.integer(32),
        refreshS: fields.integer(32),
        retryS: fields.integer(32),
        expireS: fields.integer(32),
        minimumS: fields.integer(32),
      };
    case 'MX':
      return { type, preference: fields.integer(16), exchange: fields.name() };
    case 'TXT':
      return { type, strings: fields.strings() };
    case 'SRV':
      return {
        type,
        priority: fields.integer(16),
        weight: fields.integer(16),
        port: fields.integer(16),
        target: fields.name(),
      };
    case 'CAA':
      return { type, flags: fields.integer(8), tag: fields.caaTag(), value: fields.caaValue() };
    case 'TLSA':
      return {
        type,
        usage: fields.integer(8),
        selector: fields.integer(8),
        matchingType: fields.integer(8),
        certificate: fields.hex(),
      };
    case 'DS':
      return {
        type,
        keyTag: fields.integer(16),
        algorithm: fields.integer(8),
        digestType: fields.integer(8),
        digest: fields.hex(),
      };
  }
}

function parseGenericBytes(text: string): Uint8Array {
  const [length, ...hex] = text.trim().split(/\s+/).slice(1);
  const digits = hex.join('');
  if (!/^\d+$/.test(length ?? '') || !/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
    throw new InvalidRdataError('the generic form is \\# <length> <hex>', 'RFC 3597 §5');
  }
  if (Number(length) !== digits.length / 2 || Number(length) > MAX_RDATA_BYTES) {
    throw new InvalidRdataError(`\\# says ${length} bytes and holds ${digits.length / 2}`, 'RFC 3597 §5');
  }
  return Buffer.from(digits, 'hex');
}

/** Takes the fields of one record from left to right; each method fails with the rule of the field it reads. */
class FieldReader {
  readonly #type: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(type: string, tokens: Token[]) {
    this.#type = type;
    this.#tokens = tokens;
  }

  #take(field: string): Token {
    const token = this.#tokens[this.#next++];
    if (!token) throw new InvalidRdataError(`${this.#type} lacks its ${field}`, 'RFC 1035 §5.1');
    return token;
  }

  #text(field: string): string {
    return Buffer.from(this.#take(field).bytes).toString('utf8');
  }

  end(): void {
    if (this.#next < this.#tokens.length) {
      throw new InvalidRdataError(`${this.#type} has more fields than it may`, 'RFC 1035 §5.1');
    }
  }

  ipv4(): string {
    return toIpv4(this.#text('address'));
  }

  ipv6(): string {
    return toIpv6(this.#text('address'));
  }

  name(): string {
    return this.#named('name', toName);
  }

  mailbox(): string {
    return this.#named('mailbox', toMailboxName);
  }

  #named(field: string, normalise: (text: string) => string): string {
    try {
      // As typed: an escaped dot of a mailbox is not a separator (RFC 1035 §8).
      return normalise(this.#take(field).raw);
    } catch (error) {
      if (!(error instanceof InvalidNameError)) throw error;
      throw new InvalidRdataError(error.message, error.rule);
    }
  }

  integer(bits: 8 | 16 | 32): number {
    const text = this.#text('number');
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value >= 2 ** bits) {
      throw new InvalidRdataError(`"${text}" is not a number of ${bits} bits`, 'RFC 1035 §5.1');
    }
    return value;
  }

  strings(): Uint8Array[] {
    const strings = [this.#take('text').bytes];
    while (this.#next < this.#tokens.length) strings.push(this.#take('text').bytes);
    if (strings.some((string) => string.length > MAX_STRING_BYTES)) {
      throw new InvalidRdataError('a string of TXT is longer than 255 bytes: split it', 'RFC 1035 §3.3');
    }
    return strings;
  }

  caaTag(): string {
    const tag = this.#text('tag');
    if (!/^[a-zA-Z0-9]{1,255}$/.test(tag)) {
      throw new InvalidRdataError(`"${tag}" is not a CAA tag`, 'RFC 8659 §4.1');
    }
    return tag.toLowerCase();
  }

  caaValue(): string {
    const value = this.#text('value');
    if (!/^[\x20-\x7e]*$/.test(value)) {
      throw new InvalidRdataError('a CAA value is printable ASCII', 'RFC 8659 §4.1.1');
    }
    return value;
  }

  hex(): Uint8Array {
    let digits = this.#text('data');
    while (this.#next < this.#tokens.length) digits += this.#text('data');
    if (!/^(?:[0-9a-fA-F]{2})+$/.test(digits)) {
      throw new InvalidRdataError(`"${digits}" is not hexadecimal`, 'RFC 4034 §5.3');
    }
    return Buffer.from(digits, 'hex');
  }
}

/** Record data in its one canonical presentation: absolute names, quoted strings, upper case hexadecimal. */
export function formatRdata(data: RecordData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return toAbsolute(data.target);
    case 'SOA':
      return [
        toAbsolute(data.mname),
        toAbsolute(data.rname),
        data.serial,
        data.refreshS,
        data.retryS,
        data.expireS,
        data.minimumS,
      ].join(' ');
    case 'MX':
      return `${data.preference} ${toAbsolute(data.exchange)}`;
    case 'TXT':
      return data.strings.map(quote).join(' ');
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${toAbsolute(data.target)}`;
    case 'CAA':
      return `${data.flags} ${data.tag} ${quote(Buffer.from(data.value))}`;
    case 'TLSA':
      return `${data.usage} ${data.selector} ${data.matchingType} ${toHex(data.certificate)}`;
    case 'DS':
      return `${data.keyTag} ${data.algorithm} ${data.digestType} ${toHex(data.digest)}`;
    case 'generic':
      return data.bytes.length === 0 ? '\\# 0' : `\\# ${data.bytes.length} ${toHex(data.bytes)}`;
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
