// The bytes of messages with what is derived from them, stored once per distinct message.
import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { describeMessage } from '../message/message-description.ts';

/** A message ready to be stored: parsed and hashed before any lock is taken. */
export type PreparedContent = { sha256: Buffer; sizeBytes: number; insert: RawBuilder<unknown> };

/**
 * Parses `raw`. `insert` is the body of a data-modifying CTE that stores it for each row of the CTE named
 * `folder` and returns its sha256.
 */
export const prepareContent = (raw: Buffer): PreparedContent => {
  const sha256 = createHash('sha256').update(raw).digest();
  const message = describeMessage(raw);
  // The update of an existing row locks it until this transaction ends and makes it young, so that a sweep
  // running now does not take it away.
  const insert = sql`
    insert into mail.content (sha256, raw, size_bytes, header_bytes, envelope, body, bodystructure, parts,
      search_headers, sent_date)
    select ${sha256}, ${raw}, ${message.sizeBytes}::integer, ${message.headerBytes}::integer,
      ${message.envelope}, ${message.body}, ${message.bodystructure}, ${JSON.stringify(message.parts)}::jsonb,
      ${JSON.stringify(message.searchHeaders)}::jsonb, ${message.sentDate}::date
    from folder
    on conflict (sha256) do update set stored_at = now()
    returning sha256`;
  return { sha256, sizeBytes: message.sizeBytes, insert };
};

/** A piece of a message's bytes; shorter at its end. PostgreSQL reads only the pages that hold it. */
export const contentSlice = async (
  db: Db,
  sha256: Buffer,
  start: number,
  lengthBytes: number,
): Promise<Buffer> => {
  const { rows } = await sql<{ slice: Buffer }>`
    select substring(raw from ${start + 1}::integer for ${lengthBytes}::integer) as slice
    from mail.content where sha256 = ${sha256}`.execute(db);
  if (!rows[0]) throw new Error(`content ${sha256.toString('hex')} is gone`);
  return rows[0].slice;
};

export type LoadedContent = { sha256: Buffer; bytes: Buffer };

/** Several messages, or only their headers. Those that are gone are missing. */
export const contentsLoaded = async (
  db: Db,
  sha256s: Buffer[],
  headersOnly: boolean,
): Promise<LoadedContent[]> => {
  const { rows } = await sql<LoadedContent>`
    select sha256, ${headersOnly ? sql`substring(raw from 1 for header_bytes)` : sql`raw`} as bytes
    from mail.content where sha256 = any(${sha256s}::bytea[])`.execute(db);
  return rows;
};
