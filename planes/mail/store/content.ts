// The bytes of messages with what is derived from them, stored once per distinct message.
import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { describeMessage, type MessageDescription } from '../message/message-description.ts';

/** A message ready to be stored: parsed and hashed before any lock is taken. */
export type PreparedContent = { sha256: Buffer; raw: Buffer; description: MessageDescription };

export const prepareContent = (raw: Buffer): PreparedContent => ({
  sha256: createHash('sha256').update(raw).digest(),
  raw,
  description: describeMessage(raw),
});

/** The data-modifying CTEs that store contents, each once. */
export const contentsInserted = (contents: readonly PreparedContent[]): RawBuilder<unknown> => {
  const distinct = [
    ...new Map(contents.map((content) => [content.sha256.toString('hex'), content])).values(),
  ];
  const rows = distinct.map(({ description: { parts, searchHeaders, ...row } }, place) => ({
    place,
    size_bytes: row.sizeBytes,
    header_bytes: row.headerBytes,
    envelope: row.envelope,
    body: row.body,
    bodystructure: row.bodystructure,
    parts,
    search_headers: searchHeaders,
    sent_date: row.sentDate,
  }));
  const bytes = distinct.map(
    ({ sha256, raw }, place) => sql`(${place}::integer, ${sha256}::bytea, ${raw}::bytea)`,
  );
  const signatures = distinct.map(
    ({ sha256, description }) => sql`(${sha256}::bytea, ${description.searchSignature}::bytea)`,
  );
  // The update of an existing row locks it until this transaction ends and makes it young, so that a sweep running now
  // does not take it away; in one order everywhere, so that no two wait for each other.
  return sql`
    content as (
      insert into mail.content (sha256, raw, size_bytes, header_bytes, envelope, body, bodystructure, parts,
        search_headers, sent_date)
      select b.sha256, b.raw, c.size_bytes, c.header_bytes, c.envelope, c.body, c.bodystructure, c.parts,
        c.search_headers, c.sent_date
      from json_to_recordset(${JSON.stringify(rows)}::json) as c (place integer, size_bytes integer,
          header_bytes integer, envelope text, body text, bodystructure text, parts jsonb, search_headers jsonb,
          sent_date date)
        join (values ${sql.join(bytes)}) b (place, sha256, raw) using (place)
      order by b.sha256
      on conflict (sha256) do update set stored_at = now()
    ), search_signature as (
      insert into mail.search_signature (sha256, bits)
      select sha256, bits from (values ${sql.join(signatures)}) s (sha256, bits) order by sha256
      on conflict (sha256) do nothing
    )`;
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
