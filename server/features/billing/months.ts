// Months as a calendar counts them, for everything that is paid by the month.

/**
 * The same day and time `count` months on, in UTC. A day the month does not have is its last: 31 January and one
 * month is 28 or 29 February. Count from the first day of a subscription, not from the last renewal, or the 31st
 * is lost in the first February.
 */
export const addMonths = (date: Date, count: number): Date => {
  const day = date.getUTCDate();
  const result = new Date(date);
  result.setUTCDate(1); // every month has a first, so that the next line cannot run over
  result.setUTCMonth(result.getUTCMonth() + count);
  const daysInMonth = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
  result.setUTCDate(Math.min(day, daysInMonth));
  return result;
};
