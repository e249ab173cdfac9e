// What SORT and THREAD compare (RFC 5256 §2, RFC 5957 for display names), worked out from an ENVELOPE as it is stored.
import { type BaseSubject, baseSubject } from './base-subject.ts';
import { decodeHeader } from './search-text.ts';

type Nstring = string | null;
type EnvelopeAddress = [name: Nstring, route: Nstring, mailbox: Nstring, host: Nstring];

export type SortableEnvelope = {
  /** Milliseconds; null where the Date field says nothing that can be understood. */
  sentMs: number | null;
  /** In the form in which texts are compared. */
  subject: string;
  isReplyOrForward: boolean;
  from: string;
  to: string;
  cc: string;
  displayFrom: string;
  displayTo: string;
};

/** `envelope` as formatEnvelope wrote it. Each value is worked out when it is asked for: folders are big. */
export const sortableEnvelope = (envelope: string): SortableEnvelope => {
  const fields = readList({ text: envelope, at: 0 });
  const text = (index: number) => fields[index] as Nstring;
  const first = (index: number) => (fields[index] as EnvelopeAddress[] | null)?.[0];
  let base: BaseSubject | undefined;
  const subject = () => (base ??= baseSubject(decodeHeader(text(1) ?? '')));
  return {
    get sentMs() {
      return parseSentTime(text(0) ?? '');
    },
    get subject() {
      return collated(subject().text);
    },
    get isReplyOrForward() {
      return subject().isReplyOrForward;
    },
    get from() {
      return collated(first(2)?.[2] ?? '');
    },
    get to() {
      return collated(first(5)?.[2] ?? '');
    },
    get cc() {
      return collated(first(6)?.[2] ?? '');
    },
    get displayFrom() {
      return displayed(first(2));
    },
    get displayTo() {
      return displayed(first(5));
    },
  };
};

// i;unicode-casemap (RFC 5051) compares in title case, which is upper case for all but a handful of letters.
const collated = (text: string): string => text.normalize('NFKD').toUpperCase();

// RFC 5957 §3: the address where there is no name, the name of a group.
const displayed = (address: EnvelopeAddress | undefined): string => {
  if (!address) return '';
  const [name, , mailbox, host] = address;
  const shown = decodeHeader(name ?? '').trim();
  if (shown !== '') return collated(shown);
  return collated(host === null ? (mailbox ?? '') : `${mailbox}@${host}`);
};

type Cursor = { text: string; at: number };
type Value = Nstring | Value[];

// NIL, quoted string, literal or list: all that an envelope is made of.
const readValue = (cursor: Cursor): Value => {
  const { text } = cursor;
  switch (text[cursor.at]) {
    case '(':
      return readList(cursor);
    case '"': {
      const end = text.indexOf('"', cursor.at + 1);
      const plain = text.slice(cursor.at + 1, end);
      if (!plain.includes('\\')) {
        cursor.at = end + 1;
        return plain;
      }
      let value = '';
      while (text[++cursor.at] !== '"' && cursor.at < text.length) {
        if (text[cursor.at] === '\\') cursor.at++;
        value += text[cursor.at];
      }
      cursor.at++;
      return value;
    }
    case '{': {
      const end = text.indexOf('\n', cursor.at) + 1;
      const length = Number.parseInt(text.slice(cursor.at + 1), 10);
      cursor.at = end + length;
      return text.slice(end, end + length);
    }
    default:
      cursor.at += 'NIL'.length;
      return null;
  }
};

const readList = (cursor: Cursor): Value[] => {
  const values: Value[] = [];
  cursor.at++;
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ')') {
    if (cursor.text[cursor.at] === ' ') cursor.at++;
    else values.push(readValue(cursor));
  }
  cursor.at++;
  return values;
};

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dateTime =
  /(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{2,4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?:\s*(?:([+-])(\d{2})(\d{2})|([a-z]{1,5})))?/i;
// RFC 5322 §4.3; any other name counts as UTC.
const zoneHours: Record<string, number> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/** A Date field as a moment (RFC 5256 §2.2): a time that is missing or impossible is midnight, a zone UTC. */
export const parseSentTime = (value: string): number | null => {
  const match = dateTime.exec(value.slice(0, 200).replace(/\([^()]*\)/g, ' '));
  if (!match) return null;
  const [, day, monthName, yearDigits, hours, minutes, seconds, sign, zoneHour, zoneMinute, zoneName] = match;
  const month = months.indexOf(monthName!.toLowerCase());
  const year = fullYear(yearDigits!);
  const date = new Date(Date.UTC(year, month, Number(day)));
  if (month < 0 || date.getUTCDate() !== Number(day) || year < 1900) return null;
  const isTime =
    hours !== undefined && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds ?? 0) <= 60;
  const inDayS = isTime ? (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0) : 0;
  const zoneMin = sign
    ? (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute))
    : (zoneHours[zoneName?.toUpperCase() ?? ''] ?? 0) * 60;
  return date.getTime() + (inDayS - zoneMin * 60) * 1000;
};

/** Two and three digits as RFC 5322 §4.3 reads them. */
export const fullYear = (digits: string): number => {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
};
