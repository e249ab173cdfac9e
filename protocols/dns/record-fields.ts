// Record data as people enter and read it: a value, and the priority of MX and SRV beside it.

import { formatText, joinText, splitText, tokenize } from './character-strings.ts';
import { formatRdata, parseRdata } from './presentation.ts';
import type { RecordData, TxtData } from './rdata.ts';

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

/**
 * The reverse, without loss: names without the trailing dot, the priority apart. TXT is one text where that says
 * the same; where it does not (bytes that are no UTF-8, strings cut in another place) it is in presentation format.
 */
export function toFields(data: RecordData): RecordFields {
  switch (data.type) {
    case 'TXT':
      return { value: textOf(data) };
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

function textOf(data: TxtData): string {
  const text = joinText(data.strings);
  const again = splitText(text);
  const same =
    again.length === data.strings.length &&
    again.every((string, index) => Buffer.compare(string, data.strings[index]!) === 0);
  // What looks quoted would be read as presentation format, and a database keeps no U+0000 in a text.
  return same && !isQuoted(text) && !text.includes('\0') ? text : formatRdata(data);
}
