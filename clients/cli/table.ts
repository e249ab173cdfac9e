// Answers as people read them.

type Row = Record<string, unknown>;

const WIDEST = 40;

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.every(isPlain) ? value.join(', ') : `${value.length}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value).replaceAll(/\s+/g, ' ');
};

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';

/** The second name that some rows have for their `uid`. */
const DOUBLES = new Set(['id', '_id']);

const columnsOf = (rows: readonly Row[]): string[] =>
  [...new Set(rows.flatMap(Object.keys))].filter(
    (name) => !DOUBLES.has(name) && rows.every((row) => isPlain(row[name]) || Array.isArray(row[name])),
  );

/**
 * One line for each row.
 *
 * @param columns which, in this order; by default as many as fit, from the left
 * @param width of the terminal, in characters; columns beyond it are left out, and said to be
 */
export const tableOf = (
  rows: readonly Row[],
  { columns, width }: { columns?: readonly string[]; width?: number } = {},
): string => {
  const names = columns ?? columnsOf(rows);
  const lines = rows.map((row) => names.map((name) => cell(row[name])));
  const widths = names.map((name, at) =>
    Math.min(
      columns ? Number.POSITIVE_INFINITY : WIDEST,
      Math.max(name.length, ...lines.map((line) => line[at]!.length)),
    ),
  );
  const shown = columns || width === undefined ? names.length : fitting(widths, width);
  const line = (cells: readonly string[]) =>
    cells
      .slice(0, shown)
      .map((text, at) => padded(text, widths[at]!))
      .join('  ')
      .trimEnd();
  const left = names.slice(shown);
  const more = left.length > 0 ? [`(--columns shows others: ${left.join(',')})`] : [];
  return [line(names.map((name) => name.toUpperCase())), ...lines.map(line), ...more].join('\n');
};

/** How many columns there is room for; one at least. */
const fitting = (widths: readonly number[], width: number): number => {
  let used = -2;
  const beyond = widths.findIndex((each) => {
    used += each + 2;
    return used > width;
  });
  return beyond < 0 ? widths.length : Math.max(1, beyond);
};

const padded = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);

/** One line for each field; lists of things as tables below. */
export const fieldsOf = (answer: Row, width?: number): string => {
  const shown = Object.entries(answer).filter(([name]) => name !== 'error' && !DOUBLES.has(name));
  const plain = shown.filter(([, value]) => isPlain(value) || (Array.isArray(value) && value.every(isPlain)));
  const label = Math.max(0, ...plain.map(([name]) => name.length));
  const nested = shown.filter((entry) => !plain.includes(entry));
  return [
    ...plain.map(([name, value]) => `${name.padEnd(label)}  ${cell(value)}`.trimEnd()),
    ...nested.map(([name, value]) => {
      const body = Array.isArray(value) ? tableOf(value as Row[], { width }) : fieldsOf(value as Row, width);
      return `\n${name}\n${body.replaceAll(/^/gm, '  ')}`;
    }),
  ].join('\n');
};
