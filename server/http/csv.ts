// Tables as CSV (RFC 4180), safe to open in a spreadsheet.

export type CsvValue = string | number | null;

/** A spreadsheet takes text that begins so for a formula and runs it; an apostrophe in front makes it text again. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (value: CsvValue): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csvLine = (values: readonly CsvValue[]): string => `${values.map(cell).join(',')}\r\n`;
