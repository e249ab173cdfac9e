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

/**
 * Labels around `keyword`, the keyword itself first, then affixes that read like the brand, then hyphenated
 * ones, which people trust less. Deterministic, so that pages of a search fit together.
 */
export const suggestLabels = (keyword: string): string[] => {
  const words = keyword.split('-').filter((word) => word !== '');
  const joined = words.join('');
  const candidates = [
    keyword,
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
