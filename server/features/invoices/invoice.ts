// An invoice: what a team paid for in a month, as it was when the month was over.

export type InvoiceLine = { description: string; amountMicros: number; at: string };

export type InvoiceTax = { description: string; amountMicros: number };

export type Invoice = {
  uid: string;
  /** The year and a number that has no gaps: `2026-000042`. */
  number: string;
  teamUid: string;
  periodStart: Date;
  periodEnd: Date;
  issuedAt: Date;
  seller: string;
  buyer: string;
  /** Without taxes. */
  lines: InvoiceLine[];
  /** By rate. */
  taxes: InvoiceTax[];
  taxNote: string | null;
  taxMicros: number;
  totalMicros: number;
};

/**
 * A month is invoiced this long after its end: what was booked in its last moments, by a process whose transaction
 * was still open or whose clock runs behind, is then there to be read.
 */
const SETTLES_FOR_MS = 60 * 60_000;

/** The month (UTC) `date` is in, or one so many after it. */
export const monthStart = (date: Date, after = 0): Date =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + after, 1));

/** The months that are over, from the one `from` is in, oldest first. */
export const monthsOver = (from: Date, now: Date): { start: Date; end: Date }[] => {
  const settled = now.getTime() - SETTLES_FOR_MS;
  const months: { start: Date; end: Date }[] = [];
  let start = monthStart(from);
  for (let end = monthStart(start, 1); end.getTime() <= settled; end = monthStart(start, 1)) {
    months.push({ start, end });
    start = end;
  }
  return months;
};

/** Taxes of the same rate as one; what was given back again is taken off. */
export const taxesByRate = (booked: readonly InvoiceTax[]): InvoiceTax[] =>
  [...Map.groupBy(booked, ({ description }) => description)].map(([description, of]) => ({
    description,
    amountMicros: of.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
  }));

export const invoiceNumber = (year: number, count: number): string =>
  `${year}-${String(count).padStart(6, '0')}`;
