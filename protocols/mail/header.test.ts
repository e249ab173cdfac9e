// Proves that fields are found as other readers find them, and that every untouched byte stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editHeader, findBareLineBreak, readHeader } from './header.ts';

const bytes = (...lines: string[]) => Buffer.from(lines.join('\r\n'));

describe('readHeader', () => {
  it('unfolds values, lowers names and stops at the empty line', () => {
    const message = bytes(
      'Subject: one',
      '\ttwo',
      'FROM : Ann <a@example.com>',
      '',
      'To: body@example.com',
      '',
    );
    const header = readHeader(message);
    expect(header.fields.map(({ name, value }) => [name, value])).toEqual([
      ['subject', 'one\ttwo'],
      ['from', 'Ann <a@example.com>'],
    ]);
    expect(message.subarray(header.end).toString()).toBe('\r\nTo: body@example.com\r\n');
    expect(header.malformed).toBe(false);
  });

  it('finds a name that is folded before its colon', () => {
    expect(readHeader(bytes('From', ' : a@example.com', '', '')).fields[0]).toMatchObject({
      name: 'from',
      value: 'a@example.com',
    });
  });

  it('reads UTF-8 values and reports lines that are no field', () => {
    const header = readHeader(bytes('Subject: Grüße', 'no field here', '', ''));
    expect(header.fields.map((field) => field.value)).toEqual(['Grüße']);
    expect(header.malformed).toBe(true);
  });

  it('knows messages without a header and without a body', () => {
    expect(readHeader(bytes('', 'body'))).toEqual({ fields: [], end: 0, malformed: false });
    const message = bytes('A: 1', '');
    expect(readHeader(message).end).toBe(message.length);
    expect(readHeader(Buffer.alloc(0)).fields).toEqual([]);
  });

  it('covers every byte of the section by exactly one field or junk line, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
        const message = Buffer.from(raw);
        const header = readHeader(message);
        let last = 0;
        for (const field of header.fields) {
          expect(field.start).toBeGreaterThanOrEqual(last);
          expect(field.end).toBeGreaterThan(field.start);
          last = field.end;
        }
        expect(last).toBeLessThanOrEqual(header.end);
      }),
    );
  });
});

describe('editHeader', () => {
  it('removes whole fields with their folds, adds in front, and keeps all other bytes', () => {
    const message = Buffer.concat([
      bytes('A: 1', 'B: 2', ' more', 'C:  3 ', '', 'body B: 2'),
      Buffer.from([0x00, 0xff]),
    ]);
    const edited = editHeader(message, ['X: y\r\n'], (field) => field.name === 'b');
    expect(edited).toEqual(
      Buffer.concat([bytes('X: y', 'A: 1', 'C:  3 ', '', 'body B: 2'), Buffer.from([0x00, 0xff])]),
    );
  });
});

describe('findBareLineBreak', () => {
  it.each([
    ['a\r\nb\r\n', -1],
    ['', -1],
    ['a\nb\r\n', 1],
    ['\na\r\n', 0],
    ['a\r\nb\rc\r\n', 4],
    ['a\r', 1],
    ['a\r\r\n', 1],
  ])('in %j at %i', (text, at) => {
    expect(findBareLineBreak(Buffer.from(text))).toBe(at);
  });
});
