/** Comma-separated values (RFC 4180) as spreadsheets write and read them. */

export type CsvRow = {
  /** Line of the text it begins on, from 1. */
  line: number;
  cells: string[];
};

/**
 * Reads rows; the header is one like the others. Takes what spreadsheets make in other countries too: a byte order
 * mark, semicolons or tabs for commas, any line end. Empty lines are left out. Never throws: a quote that is not closed
 * ends with the text.
 */
export function readCsv(text: string): CsvRow[] {
  const input = text.replace(/^\uFEFF/, '');
  const delimiter = delimiterOf(input);
  const rows: CsvRow[] = [];
  let line = 1;
  let begun = 1;
  let cells: string[] = [];
  let cell = '';
  const endRow = () => {
    cells.push(cell);
    if (cells.length > 1 || cells[0]?.trim() !== '') rows.push({ line: begun, cells });
    cells = [];
    cell = '';
  };
  for (let at = 0; at < input.length; at += 1) {
    const character = input[at] as string;
    // A quote counts only at the start of a cell (RFC 4180 §2.5).
    if (character === '"' && cell === '') {
      const end = endOfQuoted(input, at + 1);
      cell = input.slice(at + 1, end).replaceAll('""', '"');
      line += cell.split('\n').length - 1;
      at = end;
    } else if (character === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && input[at + 1] === '\n') at += 1;
      endRow();
      line += 1;
      begun = line;
    } else cell += character;
  }
  if (cell !== '' || cells.length > 0) endRow();
  return rows;
}

/** Where the quote closes; the end of the text when it does not. */
function endOfQuoted(input: string, start: number): number {
  let end = input.indexOf('"', start);
  while (end !== -1 && input[end + 1] === '"') end = input.indexOf('"', end + 2);
  return end === -1 ? input.length : end;
}

/** What the first line has most of. */
function delimiterOf(input: string): string {
  const [first = ''] = input.split(/[\r\n]/, 1);
  const count = (candidate: string) => first.split(candidate).length - 1;
  return [',', ';', '\t'].reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}

/** Writes rows, each ending in CRLF; cells are quoted where they have to be. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

const quoted = (cell: string): string =>
  /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
