// Zone files, the master files of RFC 1035 §5, with $TTL of RFC 2308 §4 and the unknown types of RFC 3597 §5: read
// entry by entry, so that each mistake is told with its line, and written so that other programs read them.

import { InvalidNameError, ROOT, toAbsolute, toHost, toName } from './names.ts';
import { formatRdata, parseRdata } from './presentation.ts';
import { InvalidRdataError, type ZoneRecord } from './rdata.ts';
import { typeCode, typeName } from './record-types.ts';
import { type ZoneFileEntry, type ZoneFileToken, zoneFileEntries } from './zone-file-entries.ts';

/** What came of one entry. `data` of a record is in canonical presentation format with absolute names. */
export type ZoneFileLine =
  | { line: number; text: string; record: ZoneRecord }
  | { line: number; text: string; reason: string; rule: string };

/** RFC 2181 §8. */
const MAX_TTL_S = 2_147_483_647;
const DEFAULT_TTL_S = 3600;
/** BIND's units, which most zone files in the world use; RFC 1035 itself has seconds only. */
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Which tokens of the data are names, and so may be relative to the origin. */
const NAME_FIELDS: Readonly<Record<string, readonly number[]>> = {
  CNAME: [0],
  NS: [0],
  PTR: [0],
  MX: [1],
  SRV: [3],
  SOA: [0, 1],
};

class ZoneFileError extends Error {
  readonly rule: string;

  constructor(message: string, rule = 'RFC 1035 §5.1') {
    super(message);
    this.rule = rule;
  }
}

/**
 * Reads a zone file. Entries without a record (`$ORIGIN`, `$TTL`, comments) give no line. Never throws.
 *
 * @param origin what relative names are relative to until the file says otherwise, normalised
 */
export function readZoneFile(text: string, origin: string): ZoneFileLine[] {
  const state: State = { origin, owner: undefined, defaultTtlS: undefined, lastTtlS: undefined };
  return zoneFileEntries(text).flatMap((entry): ZoneFileLine[] => {
    const { line } = entry;
    if ('problem' in entry) return [{ line, text: '', reason: entry.problem, rule: 'RFC 1035 §5.1' }];
    const shown = entry.tokens.map(({ raw }) => raw).join(' ');
    try {
      const record = readEntry(state, entry);
      return record ? [{ line, text: shown, record }] : [];
    } catch (error) {
      if (
        error instanceof ZoneFileError ||
        error instanceof InvalidNameError ||
        error instanceof InvalidRdataError
      ) {
        return [{ line, text: shown, reason: error.message, rule: error.rule }];
      }
      throw error;
    }
  });
}

/** What an entry leaves for the entries after it. */
type State = {
  origin: string;
  owner: string | undefined;
  defaultTtlS: number | undefined;
  lastTtlS: number | undefined;
};

type Entry = Extract<ZoneFileEntry, { tokens: unknown }>;

function readEntry(state: State, { tokens, blankStart }: Entry): ZoneRecord | undefined {
  const first = tokens[0]!;
  if (!blankStart && !first.quoted && first.raw.startsWith('$')) {
    control(state, first.raw.toUpperCase(), tokens.slice(1));
    return undefined;
  }
  const rest = blankStart ? tokens : tokens.slice(1);
  if (!blankStart) {
    // An owner that cannot be read must not hand its records to the one before it.
    state.owner = undefined;
    state.owner = nameOf(first.raw, state.origin);
  }
  if (state.owner === undefined) throw new ZoneFileError('there is no owner name, here or on a line before');
  const { ttlS, type, fields } = readHead(rest);
  if (ttlS !== undefined) state.lastTtlS = ttlS;
  const code = typeCode(type);
  if (code === undefined) throw new ZoneFileError(`${type} is not a record type`, 'RFC 3597 §5');
  const name = typeName(code);
  return {
    name: state.owner,
    type: name,
    // RFC 2308 §4: $TTL is the default; without it RFC 1035 §5.1 says the last one stated.
    ttlS: ttlS ?? state.defaultTtlS ?? state.lastTtlS ?? DEFAULT_TTL_S,
    data: formatRdata(parseRdata(name, dataText(name, fields, state.origin))),
  };
}

function control(state: State, directive: string, [argument, ...more]: ZoneFileToken[]): void {
  if (directive !== '$ORIGIN' && directive !== '$TTL') {
    throw new ZoneFileError(`${directive} is not read here: put its records into the file itself`);
  }
  if (argument === undefined || more.length > 0) {
    throw new ZoneFileError(`${directive} takes one ${directive === '$TTL' ? 'TTL' : 'name'}`);
  }
  if (directive === '$ORIGIN') {
    state.origin = nameOf(argument.raw, state.origin);
    return;
  }
  const ttlS = ttlOf(argument.raw);
  if (ttlS === undefined) throw new ZoneFileError(`"${argument.raw}" is not a TTL`, 'RFC 2308 §4');
  state.defaultTtlS = ttlS;
}

/** TTL and class may stand in either order, or be left out; the type ends them. */
function readHead(tokens: ZoneFileToken[]): {
  ttlS: number | undefined;
  type: string;
  fields: ZoneFileToken[];
} {
  let ttlS: number | undefined;
  let hasClass = false;
  for (const [index, { raw, quoted }] of tokens.entries()) {
    const word = raw.toUpperCase();
    const ttl = ttlS === undefined && !quoted ? ttlOf(raw) : undefined;
    if (ttl !== undefined) ttlS = ttl;
    else if (!hasClass && (word === 'IN' || word === 'CLASS1')) hasClass = true;
    else if (/^(CH|CS|HS|CLASS\d+)$/.test(word)) {
      throw new ZoneFileError(`the class is ${word}; zones of the internet are of class IN`, 'RFC 1035 §5.2');
    } else return { ttlS, type: word, fields: tokens.slice(index + 1) };
  }
  throw new ZoneFileError('there is no record type');
}

/** Seconds, or with units as in `1h30m`; undefined for what is no TTL. @throws ZoneFileError beyond 2^31-1 */
function ttlOf(text: string): number | undefined {
  if (!/^(?:\d+|(?:\d+[smhdw])+)$/i.test(text)) return undefined;
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  const ttlS = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_S[unit!] ?? 1), 0);
  if (ttlS > MAX_TTL_S) throw new ZoneFileError(`the TTL ${text} is more than ${MAX_TTL_S} s`, 'RFC 2181 §8');
  return ttlS;
}

/** RFC 1035 §5.1: `@` is the origin, a name without a dot at its end is relative to it. */
function nameOf(raw: string, origin: string): string {
  if (raw === '@') return origin;
  return toName(raw.endsWith('.') || origin === ROOT ? raw : `${raw}.${origin}`);
}

function dataText(type: string, fields: ZoneFileToken[], origin: string): string {
  const raws = fields.map(({ raw }) => raw);
  if (raws[0] !== '\\#') {
    for (const index of NAME_FIELDS[type] ?? []) {
      const field = fields[index];
      if (field && !field.quoted) raws[index] = absoluteField(field.raw, origin);
    }
  }
  return raws.join(' ');
}

/** As text, since the first label of a mailbox may hold escapes that a name may not (RFC 1035 §8). */
function absoluteField(raw: string, origin: string): string {
  if (raw === '@') return toAbsolute(origin);
  return raw.endsWith('.') ? raw : origin === ROOT ? `${raw}.` : `${raw}.${toAbsolute(origin)}`;
}

/**
 * Writes records as a zone file, which `readZoneFile` reads back as the same records. Without a SOA record, which
 * belongs to whoever serves the zone.
 *
 * @param comments lines for people, put on top
 */
export function writeZoneFile(
  zone: string,
  records: readonly ZoneRecord[],
  comments: readonly string[] = [],
): string {
  const defaultTtlS = mostFrequent(records.map(({ ttlS }) => ttlS)) ?? DEFAULT_TTL_S;
  const lines = records.map(({ name, type, ttlS, data }) => {
    const ttl = ttlS === defaultTtlS ? [] : [String(ttlS)];
    return [toHost(name, zone), ...ttl, 'IN', type, data].join('\t');
  });
  return [
    ...comments.map((comment) => `; ${comment.replace(/[\r\n]+/g, ' ')}`),
    `$ORIGIN ${toAbsolute(zone)}`,
    `$TTL ${defaultTtlS}`,
    ...lines,
    '',
  ].join('\n');
}

function mostFrequent(numbers: readonly number[]): number | undefined {
  const counts = Map.groupBy(numbers, (number) => number);
  return [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
