// Times in the viewer's zone, numbers and credits in the viewer's locale.
import { useEffect, useState } from 'react';

const locale = navigator.language;
const whole = new Intl.NumberFormat(locale);
const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', minimumFractionDigits: 2 });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });

export const count = (value: number): string => whole.format(value);

/** One credit is one US dollar. */
export const credits = (value: number): string => money.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export const dayOf = (iso: string | null): string => (iso === null ? '–' : day.format(new Date(iso)));

export const momentOf = (iso: string): string => moment.format(new Date(iso));

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export const relative = (iso: string, now = Date.now()): string => {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, length] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return ago.format(Math.round(seconds / length), unit);
};

/** How long ago or ahead, exact on hover; renewed every half minute. */
export const Time = ({ at }: { at: string | null }) => {
  const now = useNow(30_000);
  if (at === null) return <span className="text-ink-soft">–</span>;
  return (
    <time dateTime={at} title={momentOf(at)} className="whitespace-nowrap">
      {relative(at, now)}
    </time>
  );
};

/** The time, anew every `everyMs`. */
export const useNow = (everyMs: number): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
};

/** 95 → `1:35`, 7 265 → `2:01:05` */
export const duration = (seconds: number): string => {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
};
