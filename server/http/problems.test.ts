// The words for what is wrong with a request.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkPart, fieldPath } from './problems.ts';

const messages = (schema: z.ZodType, value: unknown): string[] =>
  checkPart('body', schema, value).problems.map(({ message }) => message);

describe('problems', () => {
  test('a missing field is required, whatever its type', () => {
    const schema = z.strictObject({
      text: z.string().min(1),
      count: z.int(),
      list: z.array(z.string()),
      choice: z.enum(['a', 'b']),
      exact: z.literal('x'),
      either: z.union([z.string(), z.number()]),
      number: z.coerce.number(),
      inner: z.strictObject({ deep: z.string() }),
    });
    expect(messages(schema, {})).toEqual([
      'text is required',
      'count is required',
      'list is required',
      'choice is required',
      'exact is required',
      'either is required',
      'number is required',
      'inner is required',
    ]);
    expect(messages(z.strictObject({ inner: z.strictObject({ deep: z.string() }) }), { inner: {} })).toEqual([
      'inner.deep is required',
    ]);
  });

  test('every unknown field is named, each as a problem of its own, at any depth', () => {
    const schema = z.strictObject({ boxes: z.array(z.strictObject({ name: z.string() })) });
    const value = { boxes: [{ name: 'a' }, { name: 'b', email: 'x', zip: 1 }], more: true };
    expect(checkPart('body', schema, value).problems).toEqual([
      { in: 'body', path: 'boxes[1].email', message: 'boxes[1].email is not allowed' },
      { in: 'body', path: 'boxes[1].zip', message: 'boxes[1].zip is not allowed' },
      { in: 'body', path: 'more', message: 'more is not allowed' },
    ]);
  });

  test('a field called __proto__ is an unknown field like any other', () => {
    expect(messages(z.strictObject({}), JSON.parse('{"__proto__": {"admin": true}}'))).toEqual([
      '__proto__ is not allowed',
    ]);
  });

  test.each<[string, z.ZodType, unknown]>([
    ['must be a string', z.string(), 5],
    ['must be a number', z.number(), '5'],
    ['must be an integer', z.int(), 1.5],
    ['must be true or false', z.boolean(), 'yes'],
    ['must be an array', z.array(z.string()), 'x'],
    ['must be an object', z.strictObject({}), []],
    ['must be an object', z.strictObject({}), null],
    ['must be one of GOOGLE, MICROSOFT', z.enum(['GOOGLE', 'MICROSOFT']), 'SMTP'],
    ['must be true', z.literal(true), false],
    ['must be at least 1', z.int().min(1), 0],
    ['must be at most 500', z.int().max(500), 501],
    ['must be more than 0', z.number().gt(0), 0],
    ['must be less than 9', z.number().lt(9), 9],
    ['must be a multiple of 5', z.number().multipleOf(5), 7],
    ['must not be empty', z.string().min(1), ''],
    ['must not be empty', z.array(z.string()).min(1), []],
    ['must have at least 3 characters', z.string().min(3), 'ab'],
    ['must have at most 1 item', z.array(z.string()).max(1), ['a', 'b']],
    ['must have exactly 2 characters', z.string().length(2), 'abc'],
    ['must be an email address', z.email(), 'x'],
    ['must be a UUID', z.uuid(), 'x'],
    ['must be a URL', z.url(), 'x'],
    ['must be an ISO 8601 time in UTC', z.iso.datetime(), 'yesterday'],
    ['must start with in', z.string().startsWith('in'), 'out'],
    ['has the wrong form', z.string().regex(/^a$/), 'b'],
    ['must be a string or must be a number', z.union([z.string(), z.number()]), true],
    ['is not valid', z.string().refine(() => false), 'x'],
  ])('the field is followed by: %s', (words, schema, value) => {
    expect(messages(z.strictObject({ field: schema }), { field: value })).toEqual([`field ${words}`]);
  });

  test('a message that the schema brings along stays as it is', () => {
    const schema = z.strictObject({ hook: z.url({ error: 'Only https addresses, please' }) });
    expect(messages(schema, { hook: 'x' })).toEqual(['Only https addresses, please']);
  });

  test('of a union, the option that was evidently meant is explained', () => {
    const hook = z.union([z.literal(''), z.url({ error: 'hook must be an address' })]);
    expect(messages(z.strictObject({ hook }), { hook: 'x' })).toEqual(['hook must be an address']);
    const kind = z.enum(['a', 'b'], { error: 'kind must be a or b' });
    expect(messages(z.strictObject({ kind: z.union([kind, z.array(kind)]) }), { kind: 'c' })).toEqual([
      'kind must be a or b',
    ]);
    const nested = z.union([z.string(), z.strictObject({ name: z.string() })]);
    expect(messages(z.strictObject({ item: nested }), { item: { nam: 'x' } })).toEqual([
      'item.name is required',
      'item.nam is not allowed',
    ]);
  });

  test('a discriminated union says which kinds there are', () => {
    const schema = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('A'), ip: z.ipv4() }),
      z.strictObject({ type: z.literal('MX'), priority: z.int() }),
    ]);
    expect(messages(schema, { type: 'TXT' })).toEqual(['type must be one of A, MX']);
    expect(messages(schema, { type: 'MX' })).toEqual(['priority is required']);
  });

  test('the whole part is named when it is wrong itself', () => {
    expect(messages(z.strictObject({}), 'text')).toEqual(['the body must be an object']);
  });

  test('paths read like code', () => {
    expect(fieldPath(['boxes', 0, 'parts', 12, 'label'])).toBe('boxes[0].parts[12].label');
  });
});
