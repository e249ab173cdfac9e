// Records of signing keys: the one that belongs to a key, and whether a published one is the same key.

import { formatText } from '../../../protocols/dns/character-strings.ts';
import { type DkimPublicKey, dkimText } from '../../../protocols/dns/mail-records.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import type { DkimKey } from '../../../providers/contracts/mailbox-host.ts';
import type { NewRecord } from './zone.ts';

export const DKIM = 'dkim';

/** Where the key of a selector is published (RFC 6376 §3.6.2.1), relative to its zone. */
export const dkimHost = (selector: string): string => `${selector}._domainkey`;

/** The record that makes signatures of the key checkable. */
export const dkimRecord = (key: DkimKey, ttlS: number): NewRecord => {
  const { value } = toFields(parseRdata('TXT', formatText(dkimText(key satisfies DkimPublicKey))));
  return { host: dkimHost(key.selector), type: 'TXT', value, priority: null, ttlS, purpose: DKIM };
};

/** Whether two key records mean the same key: tags in any order, white space inside the key (RFC 6376 §3.6.1). */
export const sameKey = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map(keyOf);
  return left !== null && left === right;
};

const keyOf = (text: string | undefined): string | null => {
  const tags = new Map(
    (text ?? '').split(';').map((tag): [string, string] => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim(), value.join('=').replace(/\s+/g, '')];
    }),
  );
  if (tags.has('v') && tags.get('v') !== 'DKIM1') return null;
  const key = tags.get('p');
  // An empty p says that the key was revoked.
  return key ? `${tags.get('k') ?? 'rsa'} ${key}` : null;
};
