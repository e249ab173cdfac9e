// What is asked for at the same moment is asked for once.
import { expect, it } from 'vitest';
import { inRounds } from './rounds.ts';

/** Rounds that end when the test says so. */
const controlled = (options: { most?: number; mostWeight?: number } = {}) => {
  const rounds: { items: readonly number[]; end(): void; fail(): void }[] = [];
  const ask = inRounds<number, string>({
    most: options.most ?? 100,
    ...(options.mostWeight ? { mostWeight: options.mostWeight, weightOf: (item) => item } : {}),
    round: (items) =>
      new Promise((resolve, reject) => {
        rounds.push({
          items,
          end: () => resolve(items.map((item) => `answer ${item}`)),
          fail: () => reject(new Error(`failed ${items.join()}`)),
        });
      }),
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { rounds, ask, settled };
};

it('the first begins at once, and what comes in meanwhile makes one round', async () => {
  const { rounds, ask, settled } = controlled();
  const answers = [1, 2, 3].map(ask);
  expect(rounds.map(({ items }) => items)).toEqual([[1]]);
  rounds[0]!.end();
  await settled();
  expect(rounds.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  rounds[1]!.end();
  expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  const later = ask(4);
  rounds[2]!.end();
  expect(await later).toBe('answer 4');
});

it('a round that fails is made again for each alone, so that only one that cannot be answered fails', async () => {
  const { rounds, ask, settled } = controlled();
  const first = ask(1);
  const answers = [2, 3].map(ask);
  rounds[0]!.end();
  await first;
  await settled();
  rounds[1]!.fail();
  await settled();
  expect(rounds.slice(2).map(({ items }) => items)).toEqual([[2], [3]]);
  rounds[2]!.fail();
  rounds[3]!.end();
  await expect(answers[0]).rejects.toThrow('failed 2');
  expect(await answers[1]).toBe('answer 3');
});

it('a round has no more items and no more weight than it may have, but for one that is heavier alone', async () => {
  const { rounds, ask, settled } = controlled({ most: 3, mostWeight: 10 });
  const answers = [1, 20, 4, 5, 2, 1, 1, 1, 1].map(ask);
  for (let round = 0; round < 5; round += 1) {
    rounds[round]!.end();
    await settled();
  }
  expect(rounds.map(({ items }) => items)).toEqual([[1], [20], [4, 5], [2, 1, 1], [1, 1]]);
  expect(await Promise.all(answers)).toHaveLength(9);
});
