// Says in words what is wrong with a request. The style is that of the reference API: "uids is required",
// "domain is not allowed".
import type { z } from 'zod';

/** Which part of the request a problem is in. */
export type ProblemPlace = 'path' | 'query' | 'body' | 'header';

/** One thing wrong with a request. `path` is the field (`mailboxes[0].username`), empty for the whole part. */
export type Problem = { in: ProblemPlace; path: string; message: string };

/** `['mailboxes', 0, 'username']` as `mailboxes[0].username`. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');

// Marks messages made here, so that those a schema brings along (`{ error: '…' }`) can be told apart: they are
// whole sentences and stay as they are, ours get the field in front.
const ours = '\u0001';

/**
 * Every problem `schema` finds in `value`, in the order of the schema; an empty list when it fits.
 *
 * @returns the parsed value when there is no problem
 */
export const checkPart = <T>(
  place: ProblemPlace,
  schema: z.ZodType<T>,
  value: unknown,
): { problems: Problem[]; value?: T } => {
  const parsed = schema.safeParse(value, { error: (issue) => ours + predicate(issue) });
  if (parsed.success) return { problems: [], value: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => describe(place, issue, value, [])) };
};

const describe = (
  place: ProblemPlace,
  issue: z.core.$ZodIssue,
  value: unknown,
  prefix: readonly PropertyKey[],
): Problem[] => {
  const path = [...prefix, ...issue.path];
  const say = (at: readonly PropertyKey[], words: string): Problem => {
    const field = fieldPath(at);
    return { in: place, path: field, message: `${field || subject[place]} ${words}` };
  };
  if (!issue.message.startsWith(ours)) {
    return [{ in: place, path: fieldPath(path), message: issue.message }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => say([...path, key], 'is not allowed'));
  }
  // Whatever a schema expects of a value that is not there, the problem is that it is not there.
  if (path.length > 0 && valueAt(value, path) === undefined) return [say(path, 'is required')];
  if (issue.code === 'invalid_union') {
    const closest = closestOption(issue.errors);
    if (closest) return closest.flatMap((inner) => describe(place, inner, value, path));
    // A sentence that a schema brought along says it all; the other options are then shapes that nobody asks about.
    const sentences = issue.errors.flat().filter(({ message }) => !message.startsWith(ours));
    if (sentences.length > 0) return sentences.flatMap((inner) => describe(place, inner, value, path));
    const words = issue.errors.flatMap((errors) => errors.map((error) => error.message.replace(ours, '')));
    if (words.length > 0) return [say(path, [...new Set(words)].join(' or '))];
  }
  return [say(path, issue.message.slice(ours.length))];
};

const subject = { path: 'the path', query: 'the query', body: 'the body', header: 'the header' };

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );

/** Of the options of a union, the problems of the one that was evidently meant: the type fits, little is wrong. */
const closestOption = (options: z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined =>
  options
    .filter((issues) => !issues.some(({ path, code }) => path.length === 0 && wrongKind.has(code)))
    .sort((a, b) => a.length - b.length)[0];

const wrongKind = new Set(['invalid_type', 'invalid_value']);

/** What must be true of the value, to follow the name of the field. */
const predicate = (issue: z.core.$ZodRawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'never'
        ? 'is not allowed'
        : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${literal(issue.values[0])}`
        : `must be one of ${issue.values.map(literal).join(', ')}`;
    case 'too_small':
      return size(issue.origin, Number(issue.minimum), issue.exact ? 'exactly' : 'at least', issue.inclusive);
    case 'too_big':
      return size(issue.origin, Number(issue.maximum), issue.exact ? 'exactly' : 'at most', issue.inclusive);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return format(issue);
    case 'unrecognized_keys':
      return 'is not allowed';
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `must be one of ${issue.options.map(literal).join(', ')}`
        : 'has the wrong form';
    case 'invalid_key':
      return 'is not a valid name';
    default:
      return 'is not valid';
  }
};

const kinds: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  nan: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
  date: 'a date',
};

const literal = (value: unknown): string => (value === '' ? 'empty' : String(value));

const size = (origin: string, bound: number, relation: string, inclusive: boolean | undefined): string => {
  const unit = { string: 'character', array: 'item', set: 'item' }[origin];
  if (unit) {
    if (relation === 'at least' && bound === 1) return 'must not be empty';
    return `must have ${relation} ${bound} ${unit}${bound === 1 ? '' : 's'}`;
  }
  if (inclusive === false) return `must be ${relation === 'at least' ? 'more' : 'less'} than ${bound}`;
  return `must be ${relation} ${bound}`;
};

const format = (issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidStringFormat>): string => {
  switch (issue.format) {
    case 'starts_with':
      return `must start with ${issue.prefix}`;
    case 'ends_with':
      return `must end with ${issue.suffix}`;
    case 'includes':
      return `must contain ${issue.includes}`;
    default:
      return formats[issue.format] ? `must be ${formats[issue.format]}` : 'has the wrong form';
  }
};

const formats: Record<string, string> = {
  email: 'an email address',
  url: 'a URL',
  uuid: 'a UUID',
  datetime: 'an ISO 8601 time in UTC',
  date: 'an ISO 8601 date',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  e164: 'a phone number like +14155550123',
  hostname: 'a host name',
  base64url: 'base64url text',
};
