// The kinds of value a setting can have. Every message completes "INBOXKIT_X is "…", …" and says the fix.
import { accessSync, constants, statSync } from 'node:fs';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseKeyRing } from '../../database/key-ring.ts';
import { closest } from './closest.ts';
import type { ValueType } from './variable.ts';

function valueType<T>(label: string, schema: z.ZodType<T, string>): ValueType<T> {
  return { label, schema };
}

function wholeNumber(min: number, max: number, message: string): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** 0 lets the operating system choose a free port; the server prints the one it got. */
export const port: ValueType<number> = valueType(
  'port (0–65535; 0 takes a free one)',
  wholeNumber(0, 65_535, 'must be a port between 0 and 65535'),
);

export function count(bounds: { min: number; max: number; unit: string }): ValueType<number> {
  const label = `whole number of ${bounds.unit}, ${bounds.min} to ${bounds.max}`;
  return valueType(label, wholeNumber(bounds.min, bounds.max, `must be a ${label}`));
}

const MAX_THREADS = 64;
const AUTO_THREADS_AT_MOST = 4;

/** `auto` is as many as the machine has processors, but not all of a big one, which does other work too. */
export const threads: ValueType<number> = valueType(
  `\`auto\`, or a whole number of threads, 1 to ${MAX_THREADS}`,
  z
    .string()
    .regex(/^(auto|\d{1,2})$/, 'must be auto or a whole number of threads')
    .transform((text) =>
      text !== 'auto'
        ? Number(text)
        : process.platform === 'linux'
          ? Math.min(availableParallelism(), AUTO_THREADS_AT_MOST)
          : 1,
    )
    .refine(
      (value) => value >= 1 && value <= MAX_THREADS,
      `must be auto, or a number of threads between 1 and ${MAX_THREADS}`,
    ),
);

/** Days before something, the longest first; the value is a list of numbers. */
export const daysBefore: ValueType<readonly number[]> = valueType(
  '`none`, or a comma-separated list of days',
  z
    .string()
    .regex(/^(none|\d{1,3}(,\s*\d{1,3})*)$/, 'must be none or a list of days such as 7,1')
    .transform((text) =>
      text === 'none' ? [] : [...new Set(text.split(',').map(Number))].sort((a, b) => b - a),
    ),
);

/** Credits as people write them (up to six decimals); the value is micro-credits. */
export const credits: ValueType<number> = valueType(
  'credits (1 credit = 1 USD, up to six decimals)',
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be an amount of credits such as 1000 or 12.5')
    .transform((text) => {
      const [whole = '0', fraction = ''] = text.split('.');
      return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0'));
    }),
);

/** A directory; it need not exist yet. The value is an absolute path. */
export const directory: ValueType<string> = valueType(
  'directory',
  z.string().transform((text) => resolve(text)),
);

/** A file that exists and can be read now. The value is an absolute path. */
export const readableFile: ValueType<string> = valueType(
  'file',
  z
    .string()
    .transform((text) => resolve(text))
    .refine(isReadableFile, 'must name a file that this user can read'),
);

function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export const ipAddress: ValueType<string> = valueType(
  'IP address',
  z.string().refine((text) => isIP(text) !== 0, 'must be an IPv4 or IPv6 address, such as 127.0.0.1 or ::1'),
);

export const ipv4Address: ValueType<string> = valueType(
  'IPv4 address',
  z.string().refine(isIPv4, 'must be an IPv4 address, such as 203.0.113.7'),
);

/** Servers to ask, by address; port 53 unless said otherwise. The name of each is what people recognise it by. */
export const nameservers: ValueType<readonly { name: string; address: string; port: number }[]> = valueType(
  '`none`, or a comma-separated list of IP addresses, each with `:port` where it is not 53',
  z.string().transform((text, context) => {
    if (text === 'none') return [];
    return text.split(',').map((part) => {
      const [, bracketed, bare, number] =
        /^(?:\[([^\]]+)\]|([^:]+|[^[]*))(?::(\d{1,5}))?$/.exec(part.trim()) ?? [];
      const address = bracketed ?? bare ?? '';
      const port = Number(number ?? 53);
      if (isIP(address) === 0 || port < 1 || port > 65_535) {
        context.addIssue({ code: 'custom', message: `must be none or IP addresses, and "${part}" is none` });
      }
      return { name: port === 53 ? address : part.trim(), address, port };
    });
  }),
);

/** Networks in CIDR form (RFC 4632 §3.1); an address alone is a network of one. */
export const networks: ValueType<BlockList> = valueType(
  '`none`, or a comma-separated list of networks',
  z.string().transform((text, context) => {
    const list = new BlockList();
    for (const part of text === 'none' ? [] : text.split(',')) {
      const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part.trim()) ?? [];
      const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
      const prefix = Number(length ?? bits);
      if (prefix >= 0 && prefix <= bits) {
        list.addSubnet(address, prefix, bits === 32 ? 'ipv4' : 'ipv6');
      } else {
        const message = `must be none or networks such as 10.0.0.0/8, and "${part.trim()}" is none`;
        context.addIssue({ code: 'custom', message });
      }
    }
    return list;
  }),
);

/** A user name or a password: any one line. */
export const text: ValueType<string> = valueType(
  'text',
  z.string().refine((given) => given.length <= 1000 && !/\p{Cc}/u.test(given), 'must be one line of text'),
);

/** RFC 1123 §2.1: letters, digits and hyphens in labels of at most 63; at least two labels. */
export const hostName: ValueType<string> = valueType(
  'host name',
  z
    .string()
    .transform((text) => text.toLowerCase())
    .refine(
      (text) => text.length <= 200 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(text),
      'must be a host name with at least two labels, such as inboxkit.example.net',
    ),
);

/** An http or https address without a trailing slash. */
export const httpUrl: ValueType<string> = valueType(
  'http(s) address',
  z
    .string()
    .refine((text) => {
      const url = URL.parse(text);
      return (
        (url?.protocol === 'http:' || url?.protocol === 'https:') && url.search === '' && url.hash === ''
      );
    }, 'must be an address such as https://api.example.net, without query or fragment')
    .transform((text) => text.replace(/\/+$/, '')),
);

/** The same without a path: RFC 6454 §6.2. Over plain HTTP only where nobody can listen in. */
export const safeOrigin: ValueType<string> = valueType(
  'https origin (http for loopback addresses)',
  z
    .string()
    .refine((text) => {
      const url = URL.parse(text);
      const safe =
        url?.protocol === 'https:' ||
        (url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname));
      return safe && url.pathname === '/' && url.search === '' && url.hash === '';
    }, 'must be an address such as https://id.example.net, without a path (http for loopback addresses only)')
    .transform((text) => new URL(text).origin),
);

export const postgresUrl: ValueType<string> = valueType(
  'PostgreSQL address',
  z.string().refine((text) => {
    const url = URL.parse(text);
    return (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') && url.pathname.length > 1;
  }, 'must be an address such as postgres://user:password@host:5432/database'),
);

export const smtpUrl: ValueType<string> = valueType(
  'SMTP address',
  z.string().refine((text) => {
    const url = URL.parse(text);
    const isSmtp = url?.protocol === 'smtp:' || url?.protocol === 'smtps:';
    return isSmtp && url.hostname !== '' && ['', '/'].includes(url.pathname) && url.search + url.hash === '';
  }, 'must be an address such as smtps://user:password@smtp.example.net:465'),
);

/** As it may stand in a header: without a name beside it. */
export const mailAddress: ValueType<string> = valueType(
  'mail address',
  z
    .string()
    .refine((text) => /^[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[a-z0-9-]{2,}$/i.test(text) && text.length <= 254, {
      error: 'must be an address such as inboxkit@example.net',
    }),
);

export const onOff: ValueType<boolean> = valueType(
  '`on` or `off`',
  z
    .string()
    .refine((text) => text === 'on' || text === 'off', 'must be on or off')
    .transform((text) => text === 'on'),
);

export function oneOf<const T extends string>(words: readonly T[]): ValueType<T> {
  return valueType(
    words.map((word) => `\`${word}\``).join(', '),
    z.string().transform((text, context) => {
      if (isWord(words, text)) return text;
      context.addIssue({ code: 'custom', message: `must be ${wordsSaid(words, text)}` });
      return z.NEVER;
    }),
  );
}

/**
 * A comma-separated list without repetition, in the order of `words`.
 *
 * @param shorthand a single word that stands for a whole list
 */
export function listOf<const T extends string>(
  words: readonly T[],
  shorthand: { word: string; means: readonly T[] },
): ValueType<readonly T[]> {
  return valueType(
    `\`${shorthand.word}\`, or a comma-separated list of ${words.map((word) => `\`${word}\``).join(', ')}`,
    z.string().transform((text, context) => {
      const parts = text.split(',').map((part) => part.trim());
      if (parts.length === 1 && parts[0] === shorthand.word) return shorthand.means;
      const unknown = parts.find((part) => !isWord(words, part));
      if (unknown !== undefined) {
        const message = `must be ${shorthand.word} or list only ${wordsSaid(words, unknown)}`;
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
      return words.filter((word) => parts.includes(word));
    }),
  );
}

function isWord<T extends string>(words: readonly T[], text: string): text is T {
  return (words as readonly string[]).includes(text);
}

function wordsSaid(words: readonly string[], given: string): string {
  const near = closest(given, words);
  return `${words.join(', ')}${near === null ? '' : ` (did you mean ${near}?)`}`;
}

/** Keys as `parseKeyRing` reads them; the value is still text, so that a printed configuration holds no key bytes. */
export const keyRing: ValueType<string> = valueType(
  '32 bytes in base64; several are separated by commas',
  z.string().refine((text) => {
    try {
      return parseKeyRing(text).keys.length > 0;
    } catch {
      return false;
    }
  }, 'must be different keys of 32 bytes in base64, separated by commas (openssl rand -base64 32 makes one)'),
);
