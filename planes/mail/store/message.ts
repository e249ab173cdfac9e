// Reading messages, in pages by UID, with only what is asked for.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import type { PartRanges } from '../message/sections.ts';
import { messagesInRanges, type UidRange } from './uid-ranges.ts';

/** What is read of the bytes of a message along with its row. */
export type InlineBytes = { kind: 'none' } | { kind: 'header' } | { kind: 'whole'; upToBytes: number };

export type MessageRead = {
  envelope?: boolean;
  body?: boolean;
  bodystructure?: boolean;
  parts?: boolean;
  bytes?: InlineBytes;
  changedSince?: number;
};

export type MessageRow = {
  uid: number;
  modseq: number;
  flags: string[];
  internalDate: Date;
  internalDateOffsetMin: number;
  sizeBytes: number;
  sha256: Buffer;
  envelope?: string;
  body?: string;
  bodystructure?: string;
  parts?: PartRanges[];
  /** The first bytes of the message; null when more is needed than `bytes` allowed. */
  bytes?: Buffer | null;
};

/** The messages in `ranges` by ascending UID, at most `limit`; the caller goes on after the last one. */
export const messagePage = async (
  db: Db,
  folderId: string,
  ranges: readonly UidRange[],
  read: MessageRead,
  limit: number,
): Promise<MessageRow[]> => {
  const { bytes = { kind: 'none' } } = read;
  const columns = [
    read.envelope && sql`c.envelope`,
    read.body && sql`c.body`,
    read.bodystructure && sql`c.bodystructure`,
    read.parts && sql`c.parts`,
    bytes.kind === 'header' && sql`substring(c.raw from 1 for c.header_bytes) as bytes`,
    bytes.kind === 'whole' && sql`case when c.size_bytes <= ${bytes.upToBytes} then c.raw end as bytes`,
  ].filter((column) => column !== false && column !== undefined);
  const { rows } = await sql<MessageRow>`
    select m.uid, m.modseq, m.flags, m.internal_date as "internalDate",
      m.internal_date_offset_min as "internalDateOffsetMin", m.size_bytes as "sizeBytes", m.sha256
      ${columns.length > 0 ? sql`, ${sql.join(columns)}` : sql``}
    from ${messagesInRanges(folderId, ranges)} m
      ${columns.length > 0 ? sql`join mail.content c on c.sha256 = m.sha256` : sql``}
    ${read.changedSince === undefined ? sql`` : sql`where m.modseq > ${read.changedSince}`}
    order by m.uid limit ${limit}`.execute(db);
  return rows;
};
