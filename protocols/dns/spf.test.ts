// SPF records: what they cost, and what becomes of two of them.
import { describe, expect, test } from 'vitest';
import { isSpf, joinSpf, missingSpfTerms, spfLookups } from './spf.ts';

test.each([
  ['v=spf1', true],
  ['v=spf1 -all', true],
  ['V=SPF1 mx', true],
  ['v=spf10 mx', false],
  ['v=spf1mx', false],
  [' v=spf1', false],
])('"%s" is an SPF record: %s', (text, expected) => {
  expect(isSpf(text)).toBe(expected);
});

test.each([
  ['v=spf1 -all', 0],
  ['v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all', 0],
  ['v=spf1 a mx ptr exists:%{i}.example include:b.example redirect=c.example', 6],
  ['v=spf1 a/24 MX:d.example//64 ?include:e.example', 3],
  ['v=spf1 exp=why.example allow all', 0],
])('%s costs a receiver %d look-ups', (text, lookups) => {
  expect(spfLookups(text)).toBe(lookups);
});

describe('two records', () => {
  test.each([
    ['v=spf1 mx ~all', 'v=spf1 include:a.example -all', 'v=spf1 mx include:a.example ~all'],
    ['v=spf1 mx ~all', 'v=spf1 +MX ~all', 'v=spf1 mx ~all'],
    ['v=spf1 mx', 'v=spf1 a', 'v=spf1 mx a'],
    ['v=spf1 redirect=a.example', 'v=spf1 mx -all', 'v=spf1 mx redirect=a.example'],
  ])('%s and %s become %s', (text, other, joined) => {
    expect(joinSpf(text, other)).toBe(joined);
    expect(missingSpfTerms(joined, text)).toEqual([]);
    expect(missingSpfTerms(joined, other)).toEqual([]);
  });

  test('lack nothing of each other when only their last words differ', () => {
    expect(missingSpfTerms('v=spf1 mx -all', 'v=spf1 mx ~all')).toEqual([]);
    expect(missingSpfTerms('v=spf1 -all', 'v=spf1 mx ~all')).toEqual(['mx']);
  });
});
