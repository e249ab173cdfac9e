// Sends BODY[section] data. A message of any size passes through in pieces: only what one write takes is held.
import type { Db } from '../../../database/database.ts';
import { type ByteRange, headerValue, parseHeaderBlock } from '../message/header-fields.ts';
import { sectionRange } from '../message/sections.ts';
import { decodeTransfer } from '../message/transfer-encoding.ts';
import { contentSlice } from '../store/content.ts';
import type { MessageRow } from '../store/message.ts';
import { type Connection, ConnectionClosed } from './connection.ts';
import type { SectionItem } from './fetch-items.ts';

const chunkBytes = 256 * 1024;

/** Writes `BODY[1] {123}` and the octets. `row` has its parts, and its first bytes as far as they were read along. */
export const writeSection = async (
  db: Db,
  connection: Connection,
  row: MessageRow,
  item: SectionItem,
): Promise<void> => {
  const range = sectionRange(row.parts ?? [], item.path, item.text);
  if (!range) {
    connection.write(`${item.label} ${item.decoded === 'size' ? '0' : 'NIL'}`);
    return;
  }
  if (item.decoded) {
    await writeDecoded(db, connection, row, item, range);
    return;
  }
  if (item.fields) {
    const header = await readRange(db, row, range);
    const selected = selectFields(header, item.fields);
    const data = item.partial ? selected.subarray(...clamp([0, selected.length], item.partial)) : selected;
    writeLiteralHead(connection, item, data.length);
    connection.write(withoutNul(data));
    return;
  }
  const [start, end] = item.partial ? clamp(range, item.partial) : range;
  writeLiteralHead(connection, item, end - start);
  if (row.bytes && row.bytes.length >= end) connection.write(withoutNul(row.bytes.subarray(start, end)));
  else await streamRange(db, connection, row, [start, end]);
};

// NUL may stand in no literal (RFC 3501 §9, CHAR8). Another octet keeps the length; BINARY has the true one.
const withoutNul = (bytes: Buffer): Buffer => {
  if (!bytes.includes(0)) return bytes;
  return Buffer.from(bytes.map((octet) => (octet === 0 ? 0x80 : octet)));
};

/** A part whose encoding cannot be undone. Its item has been answered as if there was no such part. */
export class UnknownEncoding extends Error {}

// Decoding needs the part as a whole, which is at most a message.
const writeDecoded = async (
  db: Db,
  connection: Connection,
  row: MessageRow,
  item: SectionItem,
  range: ByteRange,
): Promise<void> => {
  const header = row.parts?.find(({ path }) => path === item.path)?.header;
  const isPart = item.path !== '' && item.text === '';
  const encoding = isPart && header ? encodingOf(await readRange(db, row, header)) : '7bit';
  const octets = await readRange(db, row, range);
  const bytes = decodeTransfer(item.fields ? selectFields(octets, item.fields) : octets, encoding);
  if (!bytes) {
    connection.write(`${item.label} ${item.decoded === 'size' ? '0' : 'NIL'}`);
    throw new UnknownEncoding();
  }
  if (item.decoded === 'size') {
    connection.write(`${item.label} ${bytes.length}`);
    return;
  }
  const data = item.partial ? bytes.subarray(...clamp([0, bytes.length], item.partial)) : bytes;
  // RFC 3516 §4.2: NUL may only stand in a literal8.
  connection.write(`${item.label} ${data.includes(0) ? '~' : ''}{${data.length}}\r\n`);
  connection.write(data);
};

const encodingOf = (header: Buffer): string =>
  headerValue(header, parseHeaderBlock(header, 0, header.length), 'content-transfer-encoding')
    ?.toLowerCase()
    .trim() || '7bit';

const writeLiteralHead = (connection: Connection, item: SectionItem, length: number) =>
  connection.write(`${item.label} {${length}}\r\n`);

// A range beyond the end is empty, not an error (RFC 9051 §6.4.5).
const clamp = ([start, end]: ByteRange, partial: { start: number; length: number }): ByteRange => {
  const from = Math.min(end, start + partial.start);
  return [from, Math.min(end, from + partial.length)];
};

const readRange = async (db: Db, row: MessageRow, [start, end]: ByteRange): Promise<Buffer> =>
  row.bytes && row.bytes.length >= end
    ? row.bytes.subarray(start, end)
    : contentSlice(db, row.sha256!, start, end - start);

const streamRange = async (db: Db, connection: Connection, row: MessageRow, [start, end]: ByteRange) => {
  for (let at = start; at < end; at += chunkBytes) {
    let chunk: Buffer;
    try {
      chunk = await contentSlice(db, row.sha256!, at, Math.min(chunkBytes, end - at));
    } catch {
      // The length is announced already: nothing but these octets would be understood now.
      connection.destroy();
      throw new ConnectionClosed();
    }
    connection.write(withoutNul(chunk));
    await connection.flush();
  }
};

/** Fields in the order of the message, each as it stands there, and the blank line where the header has one. */
const selectFields = (header: Buffer, { names, except }: { names: string[]; except: boolean }): Buffer => {
  const wanted = new Set(names);
  const { fields } = parseHeaderBlock(header, 0, header.length);
  const pieces = fields
    .filter((field) => wanted.has(field.name) !== except)
    .map((field) => header.subarray(field.start, field.end));
  return Buffer.concat([...pieces, header.subarray(fields.at(-1)?.end ?? 0)]);
};
