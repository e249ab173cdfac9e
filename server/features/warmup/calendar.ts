// Days and hours as somebody's calendar has them, in a time zone of the IANA database, through its changes of the clock.

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
};

export const isTimeZone = (name: string): boolean => {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
};

type WallTime = { day: string; ms: number };

/** What a clock on the wall there shows: the day, and the time as if the zone were UTC. */
const wallTime = (at: Date, timeZone: string): WallTime => {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  const clock = `${parts.get('hour')}:${parts.get('minute')}:${parts.get('second')}`;
  return { day, ms: Date.parse(`${day}T${clock}Z`) };
};

/** The day it is there, as `2027-03-28`. */
export const dayAt = (at: Date, timeZone: string): string => wallTime(at, timeZone).day;

/**
 * When a clock there shows this full hour of the day; 24 is the end of it. An hour that is left out when clocks go
 * forward is the one after it; of one that comes twice when they go back, the first.
 */
export const hourOf = (day: string, hour: number, timeZone: string): Date => {
  const shown = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
  const offsetAt = (ms: number): number => wallTime(new Date(ms), timeZone).ms - ms;
  // The offsets on both sides of any change that is near.
  const offsets = [offsetAt(shown - 86_400_000), offsetAt(shown + 86_400_000)];
  const candidates = offsets.map((offset) => shown - offset).sort((a, b) => a - b);
  const exact = candidates.find((ms) => ms + offsetAt(ms) === shown);
  return new Date(exact ?? candidates.at(-1)!);
};

export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** 1 is Monday, 7 Sunday (ISO 8601). */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
