// SPF records as lists of terms (RFC 7208 §4.6): counting what they cost a receiver, and joining two into one.

/** RFC 7208 §4.6.4: terms that make the receiver ask DNS. */
export const MAX_SPF_LOOKUPS = 10;

/** Where counting stops. */
const COUNTED_TO = 100;

const LOOKUP_MECHANISMS = new Set(['include', 'a', 'mx', 'ptr', 'exists']);

/** Whether a TXT text is an SPF record; versions are compared without case (RFC 7208 §4.5, RFC 5234 §2.3). */
export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** The terms after the version, as written. */
export function spfTerms(text: string): string[] {
  return text.trim().split(/ +/).slice(1);
}

/**
 * How many look-ups the record asks for, with those of the records it includes or goes on at, as far as `recordAt`
 * knows them: what it does not know counts as one look-up. Infinity when a record leads back to itself.
 */
export function spfLookups(
  text: string,
  recordAt: (name: string) => string | undefined = () => undefined,
  above: readonly string[] = [],
): number {
  let lookups = 0;
  for (const term of spfTerms(text)) {
    if (!LOOKUP_MECHANISMS.has(mechanismOf(term)) && !isRedirect(term)) continue;
    lookups += 1;
    const target = /^(?:[+?~-]?include:|redirect=)([^%/]+)$/i
      .exec(term)?.[1]
      ?.toLowerCase()
      .replace(/\.$/, '');
    const next = target === undefined ? undefined : recordAt(target);
    if (next === undefined) continue;
    if (above.includes(target!)) return Number.POSITIVE_INFINITY;
    // Far beyond what anybody makes: records that include others many times over are not counted to their end.
    if (lookups > COUNTED_TO || above.length > MAX_SPF_LOOKUPS) return lookups;
    lookups += spfLookups(next, recordAt, [...above, target!]);
  }
  return lookups;
}

/** The mechanisms of `wanted` that `text` lacks; what each of them says about everyone else is not compared. */
export function missingSpfTerms(text: string, wanted: string): string[] {
  const present = new Set(spfTerms(text).map(canonicalTerm));
  return spfTerms(wanted).filter((term) => !isLast(term) && !present.has(canonicalTerm(term)));
}

/**
 * One record that lets everybody send whom `text` or `other` lets. What it says about everyone else is what
 * `text` says (RFC 7208 §5.1: nothing after "all" is looked at, so the new terms go before it).
 */
export function joinSpf(text: string, other: string): string {
  const terms = spfTerms(text);
  const last = terms.findIndex(isLast);
  const at = last === -1 ? terms.length : last;
  return ['v=spf1', ...terms.slice(0, at), ...missingSpfTerms(text, other), ...terms.slice(at)].join(' ');
}

function mechanismOf(term: string): string {
  const name = /^[+?~-]?([a-z0-9]+)(?=[:/]|$)/i.exec(term)?.[1] ?? '';
  return name.toLowerCase();
}

function isRedirect(term: string): boolean {
  return /^redirect=/i.test(term);
}

/** What decides about everyone else, and so ends the record. */
function isLast(term: string): boolean {
  return mechanismOf(term) === 'all' || isRedirect(term);
}

/** RFC 7208 §4.6.2: no qualifier means "+"; names compare without case. */
function canonicalTerm(term: string): string {
  return term.toLowerCase().replace(/^\+/, '');
}
