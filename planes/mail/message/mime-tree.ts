// The MIME structure of a message (RFC 2045, RFC 2046) as byte ranges of its raw bytes. Anything parses:
// malformed structure degrades to text, and limits keep hostile messages from costing more than time linear
// in their size.
import { type ByteRange, type HeaderBlock, headerValue, parseHeaderBlock } from './header-fields.ts';
import { countLines, type LineCounts, lineCounts } from './line-counts.ts';
import { type Parameter, parseStructuredField, type StructuredField } from './mime-parameters.ts';

export type MimePart = {
  header: HeaderBlock;
  body: ByteRange;
  /** Line breaks in the body. */
  lines: number;
  type: string;
  subtype: string;
  parameters: Parameter[];
  encoding: string;
  disposition: StructuredField | null;
  /** Parts of a multipart; never empty for one, empty for anything else. */
  children: MimePart[];
  /** The message inside of a message/rfc822 part. */
  embedded: MimePart | null;
};

const deepestNesting = 30;
const mostParts = 1000;
const mostDelimiterCandidates = 100_000;

type Budget = { parts: number; candidates: number };
type Source = { raw: Buffer; lines: LineCounts; budget: Budget };
/** The header may reach to `headerLimit`: the line break in front of a delimiter can be its blank line. */
type Region = { start: number; headerLimit: number; bodyEnd: number };

/** Parses the whole of `raw`. Never throws. */
export const parseMime = (raw: Buffer): MimePart => {
  const source = {
    raw,
    lines: lineCounts(raw),
    budget: { parts: mostParts, candidates: mostDelimiterCandidates },
  };
  return parsePart(source, { start: 0, headerLimit: raw.length, bodyEnd: raw.length }, 'text/plain', 0);
};

const parsePart = (source: Source, region: Region, defaultType: string, depth: number): MimePart => {
  const { raw } = source;
  source.budget.parts--;
  const header = parseHeaderBlock(raw, region.start, region.headerLimit);
  const bodyStart = header.range[1];
  const body: ByteRange = [bodyStart, Math.max(bodyStart, region.bodyEnd)];
  const disposition = headerValue(raw, header, 'content-disposition');
  const part: MimePart = {
    header,
    body,
    lines: countLines(source.lines, raw, body),
    ...contentType(headerValue(raw, header, 'content-type'), defaultType),
    encoding: headerValue(raw, header, 'content-transfer-encoding')?.toLowerCase() || '7bit',
    disposition: disposition ? parseStructuredField(disposition) : null,
    children: [],
    embedded: null,
  };
  const boundary = part.parameters.find(([name]) => name === 'boundary')?.[1];
  const nestable = depth < deepestNesting && source.budget.parts > 0;
  if (part.type === 'multipart') {
    if (boundary && nestable) part.children = parseChildren(source, part, boundary, depth);
    // Without parts in it, it cannot be shown as a multipart: the grammar asks for at least one.
    else Object.assign(part, plainText);
  } else if (part.type === 'message' && part.subtype === 'rfc822') {
    const inner = { start: body[0], headerLimit: body[1], bodyEnd: body[1] };
    if (nestable) part.embedded = parsePart(source, inner, 'text/plain', depth + 1);
    else Object.assign(part, { ...plainText, type: 'application', subtype: 'octet-stream', parameters: [] });
  }
  return part;
};

const plainText = { type: 'text', subtype: 'plain', parameters: [['charset', 'us-ascii']] as Parameter[] };

const tokenPair = /^([!#-'*+\-.0-9A-Z^-~]+)\s*\/\s*([!#-'*+\-.0-9A-Z^-~]+)/i;

// RFC 2045 §5.2: no or an unreadable Content-Type means plain US-ASCII text.
const contentType = (value: string | null, defaultType: string) => {
  const field = parseStructuredField(value ?? defaultType);
  const match = tokenPair.exec(field.value);
  if (!match) return plainText;
  const [type, subtype] = [match[1]!.toLowerCase(), match[2]!.toLowerCase()];
  const parameters = field.parameters;
  if (type === 'text' && !parameters.some(([name]) => name === 'charset' || name === 'charset*')) {
    return { type, subtype, parameters: [...parameters, ...plainText.parameters] };
  }
  return { type, subtype, parameters };
};

const parseChildren = (source: Source, part: MimePart, boundary: string, depth: number): MimePart[] => {
  const children: MimePart[] = [];
  const defaultType = part.subtype === 'digest' ? 'message/rfc822' : 'text/plain'; // RFC 2046 §5.1.5
  const limit = part.body[1];
  let delimiter = findDelimiter(source, boundary, part.body[0], part.body);
  while (delimiter && !delimiter.closing && source.budget.parts > 0) {
    const start = delimiter.after;
    const next = findDelimiter(source, boundary, start, part.body);
    const region = next
      ? { start, headerLimit: next.lineStart, bodyEnd: Math.max(start, next.contentEnd) }
      : { start, headerLimit: limit, bodyEnd: limit };
    children.push(parsePart(source, region, defaultType, depth + 1));
    delimiter = next;
  }
  if (children.length === 0) {
    children.push(
      parsePart(source, { start: limit, headerLimit: limit, bodyEnd: limit }, 'text/plain', depth + 1),
    );
  }
  return children;
};

type Delimiter = {
  lineStart: number;
  /** Where the part before it ends: the line break in front belongs to the delimiter (RFC 2046 §5.1.1). */
  contentEnd: number;
  after: number;
  closing: boolean;
};

const LF = 10;
const CR = 13;
const DASH = 45;

// Searching for the line break as well keeps a body full of dashes from being one long row of near hits, and the
// view that ends with the part keeps a part from reading what comes after it.
const findDelimiter = (
  source: Source,
  boundary: string,
  from: number,
  within: ByteRange,
): Delimiter | null => {
  const { raw, budget } = source;
  const view = raw.subarray(0, within[1]);
  const needle = Buffer.from(`\n--${boundary}`, 'latin1');
  const startsHere = view.subarray(from, from + needle.length - 1).equals(needle.subarray(1));
  let lineStart = startsHere ? from : view.indexOf(needle, Math.max(from - 1, within[0])) + 1;
  while (lineStart > 0 || startsHere) {
    if (budget.candidates-- <= 0) return null;
    const end = delimiterEnd(raw, lineStart + needle.length - 1, within[1]);
    if (end) return { lineStart, contentEnd: contentEnd(raw, lineStart, within[0]), ...end };
    lineStart = view.indexOf(needle, lineStart) + 1;
    if (lineStart === 0) return null;
  }
  return null;
};

// After the boundary comes `--` for the last one, or nothing but white space up to the end of the line.
const delimiterEnd = (
  raw: Buffer,
  position: number,
  limit: number,
): Pick<Delimiter, 'after' | 'closing'> | null => {
  const closing = position + 1 < limit && raw[position] === DASH && raw[position + 1] === DASH;
  let index = position;
  if (!closing) while (index < limit && (raw[index] === 32 || raw[index] === 9 || raw[index] === CR)) index++;
  if (!closing && index < limit && raw[index] !== LF) return null;
  const newline = raw.indexOf(LF, index);
  return { after: newline === -1 || newline >= limit ? limit : newline + 1, closing };
};

const contentEnd = (raw: Buffer, lineStart: number, first: number): number => {
  if (lineStart === first) return lineStart;
  return lineStart - 2 >= first && raw[lineStart - 2] === CR ? lineStart - 2 : lineStart - 1;
};
