// Names worth buying around a keyword: what senders add when the plain name is taken, best first.

const prefixes = ['get', 'try', 'go', 'use', 'meet', 'join', 'with', 'hello', 'team', 'my'];
const suffixes = [
  'hq',
  'app',
  'mail',
  'team',
  'now',
  'hub',
  'labs',
  'group',
  'online',
  'works',
  'co',
  'direct',
];
const MAX_LABEL = 63;

/** How many labels further down the list a worse top-level domain stands. */
const TLD_STEP = 3;
/** What mail from reads most trustworthy, first; those that are not listed follow. */
const trustedTlds = ['com', 'net', 'org'];

/** Top-level domains in the order they are offered where nobody asked for one. */
export const rankTlds = (tlds: readonly string[]): string[] => {
  const rank = (tld: string) => {
    const at = trustedTlds.indexOf(tld);
    return at < 0 ? trustedTlds.length : at;
  };
  return tlds.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
};

/**
 * Names around a keyword of one or several words, best first: an affixed name under the first top-level domain goes
 * before the plain one under the last. Deterministic, so that pages of a search fit together.
 */
export const suggestNames = (keyword: string, tlds: readonly string[]): string[] =>
  suggestLabels(keyword)
    .flatMap((label, at) =>
      tlds.map((tld, index) => ({ name: `${label}.${tld}`, rank: at + TLD_STEP * index })),
    )
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name);

/**
 * Labels around `keyword`, the keyword itself first, then affixes that read like the brand, then hyphenated
 * ones, which people trust less.
 */
const suggestLabels = (keyword: string): string[] => {
  const words = keyword.split(/[-\s]+/).filter((word) => word !== '');
  const joined = words.join('');
  const candidates = [
    ...(/\s/.test(keyword) ? [] : [keyword]),
    joined,
    words.join('-'),
    ...prefixes.flatMap((prefix, index) => [
      `${prefix}${joined}`,
      ...suffixes.slice(index, index + 1).map((s) => `${joined}${s}`),
    ]),
    ...suffixes.slice(prefixes.length).map((suffix) => `${joined}${suffix}`),
    ...prefixes.map((prefix) => `${prefix}-${joined}`),
    ...suffixes.map((suffix) => `${joined}-${suffix}`),
  ];
  return [...new Set(candidates)].filter((label) => label.length > 0 && label.length <= MAX_LABEL);
};
