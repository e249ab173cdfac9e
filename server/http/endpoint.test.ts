// What an endpoint definition may not say.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEndpoint, pathParameters } from './endpoint.ts';

const base = {
  operation: 'things.show',
  summary: 'Show thing',
  method: 'POST' as const,
  path: '/things/{uid}',
  scope: 'team' as const,
  params: z.strictObject({ uid: z.uuid() }),
  body: z.strictObject({ name: z.string().optional() }),
  response: z.object({}),
  handle: async () => ({ message: 'ok' }),
};
const define = defineEndpoint<object>();

describe('defineEndpoint', () => {
  test('what is left out has a default: every method but GET writes', () => {
    const { params, body, ...rest } = base;
    const get = define({ ...rest, method: 'GET', path: '/things' });
    expect(get).toMatchObject({ status: 200, rateLimit: 'standard', writes: false, aliases: [], errors: [] });
    expect(define(base).writes).toBe(true);
    expect(define({ ...base, writes: false }).writes).toBe(false);
  });

  test('a path parameter without schema and a schema without path parameter are refused', () => {
    expect(() => define({ ...base, path: '/things/{uid}/{part}' })).toThrow('{part} has no schema');
    expect(() => define({ ...base, path: '/things' })).toThrow('has no parameter {uid}');
    expect(() => define({ ...base, path: '/things/:uid' })).toThrow('not of the form');
  });

  test('an alias may carry a field of the request in its path, but nothing that has no place there', () => {
    const alias = (path: string) => [{ method: 'POST' as const, path }];
    expect(define({ ...base, aliases: alias('/things/{uid}/{name}') }).aliases).toHaveLength(1);
    expect(() => define({ ...base, aliases: alias('/things/{uid}/{size}') })).toThrow('{size} is no field');
    expect(() => define({ ...base, aliases: [{ method: 'GET', path: '/x/{uid}' }] })).toThrow(
      'reads its input elsewhere',
    );
  });

  test.each<[string, z.ZodType, string]>([
    ['at the top', z.object({}), 'body lets'],
    ['in a field', z.strictObject({ a: z.object({}).optional() }), 'body.a lets'],
    ['in a list', z.strictObject({ a: z.array(z.object({})).min(1) }), 'body.a[] lets'],
    ['in a union', z.union([z.strictObject({}), z.object({})]), 'body lets'],
    ['before a transform', z.object({}).transform((value) => value), 'body lets'],
    ['when it is loose', z.looseObject({}), 'body lets'],
  ])('an object that would let unknown fields pass is refused: %s', (_where, body, message) => {
    expect(() => define({ ...base, body })).toThrow(message);
  });

  test('an operation that is not named <noun>.<verb> is refused', () => {
    expect(() => define({ ...base, operation: 'showThing' })).toThrow('not named <noun>.<verb>');
  });

  test('a GET with a body is refused', () => {
    expect(() => define({ ...base, method: 'GET' })).toThrow('a GET has no body');
  });

  test('path parameters are found in order', () => {
    expect(pathParameters('/a/{one}/b/{two}')).toEqual(['one', 'two']);
  });
});
