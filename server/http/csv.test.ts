// What a spreadsheet must read back.
import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test('commas, quotes and line breaks stay inside of their cell, and numbers are numbers', () => {
  expect(csvLine(['a,b', 'say "hi"', 'two\nlines', -12.5, null, 'grün'])).toBe(
    '"a,b","say ""hi""","two\nlines",-12.5,,grün\r\n',
  );
});

test('text that a spreadsheet would take for a formula is text', () => {
  for (const text of ['=1+1', '+1', '-1', '@x']) expect(csvLine([text])).toBe(`'${text}\r\n`);
});
