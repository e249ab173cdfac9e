// What is kept in memory is true, or the best there is.
import { describe, expect, test } from 'vitest';
import { Kept } from './kept.ts';

const counted = (more: { freshMs?: number; most?: number } = {}) => {
  const reads: string[] = [];
  const told: string[] = [];
  let answer = async (key: string) => `${key} ${reads.length}`;
  const kept = new Kept<string>({
    read: (key) => {
      reads.push(key);
      return answer(key);
    },
    freshMs: () => more.freshMs ?? 60_000,
    most: more.most ?? 10,
    onAway: (error) => told.push(error.message),
    onBack: () => told.push('back'),
  });
  return {
    kept,
    reads,
    told,
    answerWith: (next: typeof answer) => {
      answer = next;
    },
  };
};

describe('what is kept', () => {
  test('is read once, also by many who ask at the same time', async () => {
    const { kept, reads } = counted();
    const values = await Promise.all([kept.get('a'), kept.get('a'), kept.get('a')]);
    expect([...values, await kept.get('a')]).toEqual(['a 1', 'a 1', 'a 1', 'a 1']);
    expect(reads).toEqual(['a']);
  });

  test('is read again after it was called outdated, also when that happens in the middle of a reading', async () => {
    const { kept, answerWith } = counted();
    const old = Promise.withResolvers<string>();
    answerWith(() => old.promise);
    const asked = kept.get('a');
    kept.outdate('a');
    old.resolve('from before the change');
    expect(await asked).toBe('from before the change');
    answerWith(async () => 'from after it');
    expect(await kept.get('a')).toBe('from after it');
    answerWith(async () => 'newer still');
    kept.outdate();
    expect(await kept.get('a')).toBe('newer still');
  });

  test('is answered from memory while reading fails, which is told once, and so is the end of it', async () => {
    const { kept, told, answerWith } = counted({ freshMs: 0 });
    await kept.get('a');
    answerWith(async () => {
      throw new Error('away');
    });
    expect(await kept.get('a')).toBe('a 1');
    expect(await kept.get('a')).toBe('a 1');
    await expect(kept.get('unknown')).rejects.toThrow('away');
    answerWith(async () => 'again');
    expect(await kept.get('unknown')).toBe('again');
    expect(told).toEqual(['away', 'back']);
  });

  test('is answered from memory while a reading hangs', async () => {
    const { kept, answerWith } = counted({ freshMs: 0 });
    await kept.get('a');
    answerWith(() => new Promise(() => {}));
    expect(await kept.get('a')).toBe('a 1');
  });

  test('is bounded: what was not asked for the longest goes first', async () => {
    const { kept, reads } = counted({ most: 2 });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await kept.get(key);
    expect(reads).toEqual(['a', 'b', 'c', 'b']);
  });
});
