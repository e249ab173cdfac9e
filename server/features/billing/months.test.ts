// Months end on different days, and customers pay by the month.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMonths } from './index.ts';

const after = (date: string, count: number) => addMonths(new Date(date), count).toISOString();

test('a month from a day the next month lacks ends on its last day', () => {
  expect(after('2026-01-31T10:30:00.000Z', 1)).toBe('2026-02-28T10:30:00.000Z');
  expect(after('2028-01-31T10:30:00.000Z', 1)).toBe('2028-02-29T10:30:00.000Z');
  expect(after('2026-10-31T23:59:59.999Z', 1)).toBe('2026-11-30T23:59:59.999Z');
  expect(after('2027-12-31T00:00:00.000Z', 2)).toBe('2028-02-29T00:00:00.000Z');
});

test('so many months lead into exactly that month, on the same day wherever it has one', () => {
  const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(date, fc.integer({ min: -24, max: 120 }), (start, count) => {
      const end = addMonths(start, count);
      const months = (day: Date) => day.getUTCFullYear() * 12 + day.getUTCMonth();
      expect(months(end) - months(start)).toBe(count);
      if (start.getUTCDate() <= 28) expect(end.getUTCDate()).toBe(start.getUTCDate());
      else expect(end.getUTCDate()).toBeGreaterThanOrEqual(28);
      expect(end.getTime() % 86_400_000).toBe(start.getTime() % 86_400_000);
    }),
  );
});
