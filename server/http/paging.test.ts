// Pages and cursors.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cursorField, encodeCursor, pageBody, pageFields, pageOffset, pageQuery } from './paging.ts';
import { checkPart } from './problems.ts';

const body = z.strictObject(pageBody);
const query = z.strictObject(pageQuery);

describe('pages', () => {
  test('without page and limit it is the first ten rows', () => {
    expect(body.parse({})).toEqual({ page: 1, limit: 10 });
    expect(query.parse({})).toEqual({ page: 1, limit: 10 });
  });

  test('a query says numbers as text', () => {
    expect(query.parse({ page: '3', limit: '500' })).toEqual({ page: 3, limit: 500 });
    expect(checkPart('query', query, { page: 'two' }).problems).toEqual([
      { in: 'query', path: 'page', message: 'page must be a number' },
    ]);
  });

  test('page 0, half a page and more than 500 rows are refused', () => {
    const messages = (value: unknown) =>
      checkPart('body', body, value).problems.map(({ message }) => message);
    expect(messages({ page: 0 })).toEqual(['page must be at least 1']);
    expect(messages({ page: 1.5 })).toEqual(['page must be an integer']);
    expect(messages({ limit: 501 })).toEqual(['limit must be at most 500']);
  });

  test('the pages of a list hold each of its rows exactly once', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 40 }), (total, limit) => {
        const rows = Array.from({ length: total }, (_, index) => index);
        const { pages } = pageFields({ page: 1, limit }, total);
        const read = Array.from({ length: pages }, (_, index) => {
          const offset = pageOffset({ page: index + 1, limit });
          return rows.slice(offset, offset + limit);
        });
        expect(read.flat()).toEqual(rows);
        expect(read.every((page) => page.length > 0)).toBe(true);
      }),
    );
  });

  test('an empty list has no pages, and the limit that was asked for', () => {
    expect(pageFields({ page: 1, limit: 50 }, 0)).toEqual({ total: 0, pages: 0, current_page: 1, limit: 50 });
  });
});

describe('cursors', () => {
  const schema = z.strictObject({ cursor: cursorField(z.tuple([z.string(), z.int()])).optional() });

  test('a cursor gives back the values it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer(), (text, number) => {
        expect(schema.parse({ cursor: encodeCursor([text, number]) }).cursor).toEqual([text, number]);
      }),
    );
  });

  test.each([
    '',
    'x',
    '!!!',
    encodeCursor(['a']),
    encodeCursor([1, 'a']),
    Buffer.from('{}').toString('base64url'),
  ])('a cursor that the list did not answer is refused: %j', (cursor) => {
    expect(checkPart('body', schema, { cursor }).problems).toEqual([
      { in: 'body', path: 'cursor', message: 'cursor is not one that this list answered' },
    ]);
  });
});
