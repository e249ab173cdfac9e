// An invoice: what a team paid for in a month, as it was when the month was over.

export type InvoiceLine = { description: string; amountMicros: number; at: string };

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
  lines: InvoiceLine[];
  taxMicros: number;
  totalMicros: number;
};

/** Beginning and end of the month before, in UTC. */
export const monthBefore = (now: Date): { start: Date; end: Date } => {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { start: new Date(Date.UTC(year, month - 1, 1)), end: new Date(Date.UTC(year, month, 1)) };
};

export const invoiceNumber = (year: number, count: number): string =>
  `${year}-${String(count).padStart(6, '0')}`;
