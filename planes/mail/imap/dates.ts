// Dates of the IMAP grammar (RFC 9051 §9: date, date-time).
import type { CommandParser } from './parser.ts';
import { BadCommand } from './replies.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const datePattern = /("?)(\d{1,2})-([A-Za-z]{3})-(\d{4})\1/y;
const dateTimePattern = /"([ \d]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"/y;

/** A calendar date as `YYYY-MM-DD`. */
export const readDate = (parser: CommandParser): string => {
  const [, , day, month, year] = parser.matching(datePattern, 'a date');
  return new Date(utcTime(Number(year), month!, Number(day))).toISOString().slice(0, 10);
};

/** `" 1-Feb-2007 01:02:03 +0200"`: the moment and the zone in minutes east of UTC. */
export const readDateTime = (parser: CommandParser): { date: Date; offsetMin: number } => {
  const match = parser.matching(dateTimePattern, 'a date and time');
  const [, day, month, year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = match;
  const offsetMin = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const inDay = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60 || Math.abs(offsetMin) > 24 * 60) {
    throw new BadCommand('There is no such time');
  }
  return {
    date: new Date(utcTime(Number(year), month!, Number(day)) + inDay - offsetMin * 60_000),
    offsetMin,
  };
};

const utcTime = (year: number, monthName: string, day: number): number => {
  const month = months.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  const date = new Date(Date.UTC(year, month, day));
  // Years below 100 would be taken for those of the 20th century.
  date.setUTCFullYear(year, month, day);
  if (month < 0 || date.getUTCMonth() !== month || date.getUTCDate() !== day) {
    throw new BadCommand('There is no such date');
  }
  return date.getTime();
};

/** INTERNALDATE of FETCH, in the zone the message was given in. */
export const formatDateTime = (date: Date, offsetMin: number): string => {
  const local = new Date(date.getTime() + offsetMin * 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = String(local.getUTCDate()).padStart(2, ' ');
  const year = String(local.getUTCFullYear()).padStart(4, '0');
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  const zone = Math.abs(offsetMin);
  const sign = offsetMin < 0 ? '-' : '+';
  return `"${day}-${months[local.getUTCMonth()]}-${year} ${time} ${sign}${two(Math.floor(zone / 60))}${two(zone % 60)}"`;
};
