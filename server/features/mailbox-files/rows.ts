// Rows for spreadsheets.
import { writeCsv } from '../../../protocols/csv.ts';

/**
 * CSV as RFC 4180 has it. A cell that a spreadsheet would take for a formula gets an apostrophe in front, which is how
 * spreadsheets mark text; cells from column `asIsFrom` on stay as they are.
 */
export const writeRows = (
  rows: readonly (readonly string[])[],
  { asIsFrom = Number.POSITIVE_INFINITY } = {},
): string => {
  const guarded = (cell: string, index: number): string =>
    index < asIsFrom && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return writeCsv(rows.map((row) => row.map(guarded)));
};
