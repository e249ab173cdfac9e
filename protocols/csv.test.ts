// Proves that what spreadsheets write is read, and that what is written is read back the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCsv, writeCsv } from './csv.ts';

const cells = (text: string) => readCsv(text).map((row) => row.cells);

it.each([
  ['commas', 'a,b\r\n1,2\r\n'],
  ['semicolons', 'a;b\n1;2'],
  ['tabs', 'a\tb\n1\t2\n'],
  ['a byte order mark', '\uFEFFa,b\n1,2\n'],
  ['lone carriage returns', 'a,b\r1,2\r'],
  ['empty lines', '\n\na,b\n\n1,2\n\n'],
])('reads %s', (_what, text) => {
  expect(cells(text)).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
});

it('reads quotes, with delimiters, quotes and line ends in them, and says on which line a row begins', () => {
  expect(readCsv('name,note\n"Voss, Mara","said ""hi""\nand left"\nOtto,5" disk\n')).toEqual([
    { line: 1, cells: ['name', 'note'] },
    { line: 2, cells: ['Voss, Mara', 'said "hi"\nand left'] },
    { line: 4, cells: ['Otto', '5" disk'] },
  ]);
});

it('what is written is read back the same', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', ';', '\t', '\n', '\r', ' ', '=') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
      const header = ['x', 'y'];
      expect(cells(writeCsv([header, ...rows]))).toEqual([header, ...rows]);
    }),
  );
});

it('anything is read without an error', () => {
  fc.assert(fc.property(fc.string(), (text) => void readCsv(text)));
});
