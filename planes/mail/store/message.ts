// Reading messages, in pages by UID, with only what is asked for.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import type { PartRanges } from '../message/sections.ts';
import { inRanges, type UidRange } from './uid-ranges.ts';

/** What is read of the bytes of a message along with its row. */
export type InlineBytes = { kind: 'none' } | { kind: 'header' } | { kind: 'whole'; upToBytes: number };

export type MessageRead = {
  internalDate?: boolean;
  envelope?: boolean;
  body?: boolean;
  bodystructure?: boolean;
  /** Part ranges, and the digest that more of the bytes is read by. */
  parts?: boolean;
  /** The digest alone. */
  digest?: boolean;
  bytes?: InlineBytes;
  changedSince?: number;
};

export type MessageRow = {
  uid: number;
  modseq: number;
  flags: string[];
  sizeBytes: number;
  internalDate?: Date;
  internalDateOffsetMin?: number;
  envelope?: string;
  body?: string;
  bodystructure?: string;
  sha256?: Buffer;
  parts?: PartRanges[];
  /** The first bytes of the message; null when more is needed than `bytes` allowed. */
  bytes?: Buffer | null;
};

/** The messages in `ranges` by ascending UID. The caller asks for few enough to hold them. */
export const messagePage = async (
  db: Db,
  folderId: string,
  ranges: readonly UidRange[],
  read: MessageRead = {},
): Promise<MessageRow[]> => {
  const { bytes = { kind: 'none' } } = read;
  const own = [
    read.internalDate &&
      sql`m.internal_date as "internalDate", m.internal_date_offset_min as "internalDateOffsetMin"`,
    (read.parts || read.digest) && sql`m.sha256`,
  ];
  const content = [
    read.envelope && sql`c.envelope`,
    read.body && sql`c.body`,
    read.bodystructure && sql`c.bodystructure`,
    read.parts && sql`c.parts`,
    bytes.kind === 'header' && sql`substring(c.raw from 1 for c.header_bytes) as bytes`,
    bytes.kind === 'whole' && sql`case when c.size_bytes <= ${bytes.upToBytes} then c.raw end as bytes`,
  ];
  const columns = [sql`m.uid, m.modseq, m.flags, m.size_bytes as "sizeBytes"`, ...own, ...content].filter(
    (column) => column !== false && column !== undefined,
  );
  const { rows } = await sql<MessageRow>`
    select ${sql.join(columns)}
    from mail.message m ${content.some(Boolean) ? sql`join mail.content c on c.sha256 = m.sha256` : sql``}
    where ${inRanges(folderId, ranges)}
      ${read.changedSince === undefined ? sql`` : sql`and m.modseq > ${read.changedSince}`}
    order by m.uid`.execute(db);
  return rows;
};
