// Which names the built-in registry can register at all, before it looks whether somebody has them.
import { domainToASCII, domainToUnicode } from 'node:url';
import { isHostname } from '../../protocols/dns/names.ts';

export type RegistrableName =
  | { ok: true; name: string; label: string; tld: string }
  | { ok: false; name: string; reason: 'invalid' }
  | { ok: false; name: string; label: string; reason: 'unsupported_tld' };

/** RFC 1035 §2.3.4, in the text form without the trailing dot. */
const longestName = 253;
const longestLabel = 63;

/**
 * Reads a name as one label in front of a top-level domain that is sold, and normalises it to lower case.
 * Internationalised names come as A-labels; a U-label is `invalid`, because what is registered must be what was
 * shown to the buyer.
 */
export const readName = (text: string, tlds: ReadonlySet<string>): RegistrableName => {
  const name = text.toLowerCase();
  const invalid = { ok: false, name, reason: 'invalid' } as const;
  if (name.length > longestName || !isHostname(name)) return invalid;
  const labels = name.split('.');
  if (labels.some((label) => label.length > longestLabel)) return invalid;
  // The longest match wins, so that `co.uk` can be sold beside `uk`.
  const dots = labels.slice(1).map((_, index) => index + 1);
  const cut = dots.find((index) => tlds.has(labels.slice(index).join('.')));
  const label = labels[0]!;
  if (cut === undefined) {
    return labels.length < 2 ? invalid : { ok: false, name, label, reason: 'unsupported_tld' };
  }
  if (cut > 1 || !isRegistrableLabel(label)) return invalid;
  return { ok: true, name, label, tld: labels.slice(1).join('.') };
};

/** Two hyphens in third and fourth place mark encodings; of those only valid A-labels are in use (RFC 5891 §4.2.3.1). */
const isRegistrableLabel = (label: string): boolean => {
  if (label.slice(2, 4) !== '--') return true;
  const shown = domainToUnicode(label);
  return label.startsWith('xn--') && shown !== '' && shown !== label && domainToASCII(shown) === label;
};
