// The chain of audit entries: whatever is done to a file is found.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChainedEntry,
  type ChainPlace,
  chainEntry,
  chainStart,
  endLine,
  entryHash,
  headerLine,
  PRUNED,
  verifyAuditFile,
} from './audit-chain.ts';
import { canonicalJson } from './canonical-json.ts';

const TEAM = '0197b000-0000-7000-8000-000000000001';

const chainOf = (entries: object[], after: ChainPlace = chainStart): ChainedEntry[] => {
  const chained: ChainedEntry[] = [];
  let last = after;
  for (const entry of entries) {
    const next = chainEntry({ team_id: TEAM, ...entry }, last);
    chained.push(next);
    last = { position: next.position, hash: next.hash };
  }
  return chained;
};
const endOf = (chain: ChainedEntry[], after = chainStart): ChainPlace => {
  const last = chain.at(-1) ?? after;
  return { position: last.position, hash: last.hash };
};
const fileOf = (chain: ChainedEntry[], { after = chainStart, end = endOf(chain, after) } = {}): string[] =>
  [headerLine(TEAM, after), ...chain.map((entry) => JSON.stringify(entry)), endLine(end)].map((line) =>
    line.trimEnd(),
  );
const sample = chainOf([{ operation: 'a', input: { b: 2, a: 1 } }, { operation: 'b' }, { operation: 'c' }]);
const problemOf = async (lines: string[], known?: ChainPlace): Promise<string | null> => {
  const verdict = await verifyAuditFile(lines, known);
  return verdict.intact ? null : verdict.problem;
};

describe('canonical JSON', () => {
  test('is the same whatever the order of members, and sorts them as RFC 8785 §3.2.3 says', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: undefined, 10: 1, 9: 2 })).toBe(
      '{"10":1,"9":2,"b":[1,{"c":"é","d":null}]}',
    );
    // The example of RFC 8785 §3.2.3.
    const names = { '\u20ac': 1, '\r': 1, '\ufb33': 1, '1': 1, '\ud83d\ude00': 1, '\u0080': 1, '\u00f6': 1 };
    expect(Object.keys(JSON.parse(canonicalJson(names)))).toHaveLength(7);
    expect([...canonicalJson(names).matchAll(/"((?:\\r|[^"])+)":/g)].map(([, name]) => name)).toEqual([
      '\\r',
      '1',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ]);
  });

  test('numbers are written as RFC 8785 appendix B lists them', () => {
    const numbers: [number, string][] = [
      [-0, '0'],
      [5e-324, '5e-324'],
      [9007199254740992, '9007199254740992'],
      [1e21, '1e+21'],
      [333333333.3333332, '333333333.3333332'],
      [0.000001, '0.000001'],
    ];
    for (const [number, text] of numbers) expect(canonicalJson(number)).toBe(text);
  });

  test('means the same value, of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(plain);
        expect(canonicalJson(plain)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('a file', () => {
  test('as it was exported is intact, also when its members were put in another order', async () => {
    expect(await verifyAuditFile(fileOf(sample))).toEqual({
      intact: true,
      teamId: TEAM,
      entries: 3,
      after: chainStart,
      end: endOf(sample),
      beginningAttested: true,
    });
    const turned = fileOf(sample).map((line) =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).reverse())),
    );
    expect(await problemOf(turned)).toBeNull();
    expect(await problemOf(fileOf([]))).toBeNull();
  });

  test('in which any value was changed is found at its line', () => {
    const changes = fc.record({
      index: fc.nat({ max: 2 }),
      field: fc.constantFrom('operation', 'position', 'previous', 'hash', 'team_id', 'added'),
      // Never what is there already.
      value: fc.oneof(
        fc.string().map((text) => `changed ${text}`),
        fc.integer({ min: 4 }),
      ),
    });
    return fc.assert(
      fc.asyncProperty(changes, async ({ index, field, value }) => {
        const lines = fileOf(sample);
        lines[index + 1] = JSON.stringify({ ...sample[index], [field]: value });
        const verdict = await verifyAuditFile(lines);
        expect(verdict).toMatchObject({ intact: false, line: index + 2 });
      }),
    );
  });

  test('in which an entry is missing, doubled, moved, or of another team is found', async () => {
    const [first, second, third] = sample as [ChainedEntry, ChainedEntry, ChainedEntry];
    expect(await problemOf(fileOf([first, third]))).toContain('entry 2 is missing');
    expect(await problemOf(fileOf([second, third]))).toContain('entry 1 is missing');
    expect(await problemOf(fileOf([first, first, second, third]))).toContain('entry 2 is missing');
    expect(await problemOf(fileOf([second, first, third]))).toContain('entry 1 is missing');
    const foreign = chainOf([{ team_id: 'other' }]);
    expect(await problemOf(fileOf(foreign))).toContain('of another team');
  });

  test('that was cut off, or has no end, no beginning, or nothing in it, is found', async () => {
    const lines = fileOf(sample);
    expect(await problemOf(lines.slice(0, -1))).toContain('cut off');
    expect(await problemOf(lines.toSpliced(3, 1))).toContain('the entries end at 2');
    expect(await problemOf(lines.slice(1))).toContain('does not begin with');
    expect(await problemOf([])).toBe('the file is empty');
    expect(await problemOf([...lines, lines[1]!])).toContain('something follows');
    expect(await problemOf([lines[0]!, 'nonsense'])).toContain('not a JSON object');
  });

  test('whose hashes were all made anew is found by a place that was noted before', async () => {
    const noted = endOf(sample.slice(0, 2));
    const forged = chainOf([
      { operation: 'a', input: { b: 2, a: 1 } },
      { operation: 'x' },
      { operation: 'c' },
    ]);
    expect(await problemOf(fileOf(forged))).toBeNull();
    expect(await problemOf(fileOf(forged), noted)).toContain('entry 2 is not the one that was noted');
    expect(await problemOf(fileOf(sample), noted)).toBeNull();
    expect(await problemOf(fileOf(sample.slice(0, 1)), noted)).toContain('is not in the file');
    const later = { after: endOf(sample.slice(0, 2)) };
    expect(await problemOf(fileOf(sample.slice(2), later), noted)).toBeNull();
  });

  test('that begins later says whether an entry in it attests what was removed', async () => {
    const after = endOf(sample.slice(0, 2));
    const rest = sample.slice(2);
    expect(await verifyAuditFile(fileOf(rest, { after }))).toMatchObject({
      intact: true,
      beginningAttested: false,
    });
    const pruned = chainEntry({ team_id: TEAM, operation: PRUNED, input: after }, endOf(sample));
    expect(await verifyAuditFile(fileOf([...rest, pruned], { after }))).toMatchObject({
      intact: true,
      entries: 2,
      beginningAttested: true,
    });
  });
});

test('the hash is SHA-256 over the canonical JSON without the hash, as any other program computes it', () => {
  // printf '%s' '{"operation":"a","position":1,"previous":"00"}' | sha256sum
  expect(entryHash({ previous: '00', operation: 'a', position: 1, hash: 'anything' })).toBe(
    '09b1fed3289409cea4e2a8fcf8c0135d969f567281716bd164d877e7c2963903',
  );
});
