// Domain names as this program stores them: lower case A-labels without the trailing dot; the root is '.'.

import { domainToASCII, domainToUnicode } from 'node:url';

/** A name that cannot be a domain name. `rule` is the section it breaks. */
export class InvalidNameError extends Error {
  readonly rule: string;

  constructor(message: string, rule: string) {
    super(message);
    this.name = 'InvalidNameError';
    this.rule = rule;
  }
}

export const ROOT = '.';

/** RFC 1035 §2.3.4. */
const MAX_LABEL_BYTES = 63;
/** RFC 1035 §2.3.4 allows 255 bytes on the wire; the length bytes around the text take two more than its dots. */
const MAX_NAME_CHARS = 253;

// DNS itself allows any byte (RFC 2181 §11). These are the characters names on the mail internet use: LDH, '_' of
// service labels (RFC 8552), '/' of classless reverse delegation (RFC 2317 §4). Anything else is a typing error.
const LABEL = /^[a-z0-9_/-]+$/;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const ASCII_ONLY = /^[\x20-\x7e]*$/;

/**
 * Normalises a domain name: lower case, internationalised labels to A-labels (RFC 5891 §4), no trailing dot.
 * A leftmost `*` label is kept (RFC 4592 §2.1.1).
 *
 * @throws InvalidNameError
 */
export function toName(text: string): string {
  // U+3002 and its width variants separate labels too (UTS 46 §4).
  const trimmed = text.trim().replace(/[\u3002\uff0e\uff61]/g, '.');
  if (trimmed === ROOT) return ROOT;
  const labels = trimmed.replace(/\.$/, '').split('.').map(toLabel);
  labels.forEach((label, index) => {
    if (label === '*' && index === 0 && labels.length > 1) return;
    if (label === '') throw new InvalidNameError(`"${text}" has an empty label`, 'RFC 1035 §2.3.1');
    if (label.length > MAX_LABEL_BYTES) {
      throw new InvalidNameError(`"${text}" has a label of more than 63 bytes`, 'RFC 1035 §2.3.4');
    }
    if (label.includes('*')) {
      throw new InvalidNameError(
        `"${text}": "*" may only be the whole first label, before a domain`,
        'RFC 4592 §2.1.1',
      );
    }
    if (!LABEL.test(label)) {
      throw new InvalidNameError(`"${text}" has a character a name cannot hold`, 'RFC 1035 §2.3.1');
    }
  });
  const name = labels.join('.');
  if (name.length > MAX_NAME_CHARS) {
    throw new InvalidNameError(`"${text}" is longer than 255 bytes on the wire`, 'RFC 1035 §2.3.4');
  }
  return name;
}

function toLabel(label: string): string {
  if (ASCII_ONLY.test(label)) return label.toLowerCase();
  // One label at a time, and only those that need it: the URL rules would also read "1.2" as an IPv4 address.
  const converted = domainToASCII(label);
  if (converted === '' || converted.includes('.')) {
    throw new InvalidNameError(`"${label}" is not a valid internationalised label`, 'RFC 5891 §4');
  }
  return converted;
}

export function isName(text: string): boolean {
  try {
    toName(text);
    return true;
  } catch {
    return false;
  }
}

/** The name with its A-labels shown as Unicode, for people. */
export function toDisplayName(name: string): string {
  return domainToUnicode(name) || name;
}

/** Whether `name` (normalised) may name a host: letters, digits and inner hyphens only (RFC 1123 §2.1). */
export function isHostname(name: string): boolean {
  return name.split('.').every((label) => HOST_LABEL.test(label));
}

/** Whether `name` is `ancestor` or below it. Both normalised. */
export function isWithin(name: string, ancestor: string): boolean {
  return ancestor === ROOT || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** The name without its first label; the parent of a single label is the root, the root has none. */
export function parentName(name: string): string | undefined {
  if (name === ROOT) return undefined;
  const dot = name.indexOf('.');
  return dot === -1 ? ROOT : name.slice(dot + 1);
}

/**
 * A host as typed in a zone (`@`, `www`, or absolute with a trailing dot; RFC 1035 §5.1) as a full name.
 * A host that already ends in the zone's name is taken as absolute: nobody means `www.a.com.a.com`.
 *
 * @throws InvalidNameError also when an absolute host is outside the zone
 */
export function toFqdn(host: string, zone: string): string {
  const text = host.trim();
  if (text === '@' || text === '') return zone;
  const name = toName(text);
  if (isWithin(name, zone)) return name;
  if (text.endsWith('.')) {
    throw new InvalidNameError(`"${text}" is not inside the zone ${zone}`, 'RFC 1034 §4.2.1');
  }
  return toName(`${name}.${zone}`);
}

/** The reverse of `toFqdn`: the host relative to its zone, `@` for the apex. */
export function toHost(name: string, zone: string): string {
  if (name === zone) return '@';
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : `${name}.`;
}

/** A name in presentation format: absolute, with the trailing dot (RFC 1035 §5.1). */
export function toAbsolute(name: string): string {
  return name === ROOT ? ROOT : `${name}.`;
}
