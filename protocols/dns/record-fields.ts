// Record data as people enter and read it: a value, and the priority of MX and SRV beside it.

import { formatText, joinText, tokenize } from './character-strings.ts';
import { formatRdata, parseRdata } from './presentation.ts';
import type { RecordData } from './rdata.ts';

/** `priority` is the preference of MX or the priority of SRV, undefined for the other types. */
export type RecordFields = { value: string; priority?: number };

const PRIORITY_TYPES = new Set(['MX', 'SRV']);

/**
 * Reads what a person entered. A TXT value is the text itself, of any length; one that is entirely in quotes is
 * taken as presentation format. MX and SRV values may carry their priority in front instead of beside them.
 *
 * @throws InvalidRdataError
 */
export function fromFields(type: string, { value, priority }: RecordFields): RecordData {
  const upper = type.toUpperCase();
  if (upper === 'TXT') return parseRdata(upper, isQuoted(value) ? value : formatText(value));
  const ahead = PRIORITY_TYPES.has(upper) && priority !== undefined ? `${priority} ` : '';
  return parseRdata(upper, ahead + value.trim());
}

function isQuoted(value: string): boolean {
  if (!value.trim().startsWith('"')) return false;
  try {
    return tokenize(value).every((token) => token.raw.startsWith('"'));
  } catch {
    return false;
  }
}

/** The reverse: names without the trailing dot, TXT as one text, the priority apart. */
export function toFields(data: RecordData): RecordFields {
  switch (data.type) {
    case 'TXT':
      return { value: joinText(data.strings) };
    case 'MX':
      return { value: data.exchange, priority: data.preference };
    case 'SRV':
      return { value: `${data.weight} ${data.port} ${data.target}`, priority: data.priority };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { value: data.target };
    default:
      return { value: formatRdata(data) };
  }
}
