// Everything that is derived from a message once, when it is stored.
import { formatBodyStructure } from './body-structure.ts';
import { formatEnvelope } from './envelope.ts';
import { headerValue } from './header-fields.ts';
import { parseMime } from './mime-tree.ts';
import { searchSignature } from './search-signature.ts';
import { keptSearchHeaders } from './search-text.ts';
import { type PartRanges, partRanges } from './sections.ts';
import { fullYear } from './sort-values.ts';

export type MessageDescription = {
  sizeBytes: number;
  /** Length of the header with the blank line after it. */
  headerBytes: number;
  /** Wire form, one character per octet, as are the next two. */
  envelope: string;
  body: string;
  bodystructure: string;
  parts: PartRanges[];
  searchHeaders: Record<string, string>;
  /** `YYYY-MM-DD` of the Date field as written, or null. */
  sentDate: string | null;
  /** See `searchSignature`. */
  searchSignature: Buffer;
};

export const describeMessage = (raw: Buffer): MessageDescription => {
  const root = parseMime(raw);
  return {
    sizeBytes: raw.length,
    headerBytes: root.header.range[1],
    envelope: formatEnvelope(raw, root.header),
    body: formatBodyStructure(raw, root, false),
    bodystructure: formatBodyStructure(raw, root, true),
    parts: partRanges(root),
    searchHeaders: keptSearchHeaders(raw, root.header),
    sentDate: parseSentDate(headerValue(raw, root.header, 'date') ?? ''),
    searchSignature: searchSignature(raw, root),
  };
};

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The calendar date of a Date field (RFC 5322 §3.3, two-digit years §4.3), whatever its time and zone. */
export const parseSentDate = (value: string): string | null => {
  const match = /(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{2,4})\b/i.exec(value.slice(0, 200));
  if (!match) return null;
  const day = Number(match[1]);
  const month = months.indexOf(match[2]!.toLowerCase());
  const year = fullYear(match[3]!);
  const date = new Date(Date.UTC(year, month, day));
  const exists = month >= 0 && date.getUTCDate() === day && date.getUTCMonth() === month && year >= 1900;
  return exists ? date.toISOString().slice(0, 10) : null;
};
