// What many ask for at the same moment is asked for once: a commit, a look-up. The first begins at once; what comes in
// until it is done makes the next round together. Nobody waits for others to come, and the busier it is, the less each
// costs.

export type RoundsOptions<Item, Result> = {
  /**
   * Answers for all of `items`, in their order. When it throws, nothing may have happened: each item then has a round
   * of its own, so that only those that cannot be answered fail.
   */
  round(items: readonly Item[]): Promise<readonly Result[]>;
  /** Items in a round. */
  most: number;
  /** What an item counts against `mostWeight`; a round has one item at least. */
  weightOf?: (item: Item) => number;
  mostWeight?: number;
};

/** Gives the function that has one item answered. */
export const inRounds = <Item, Result>(
  options: RoundsOptions<Item, Result>,
): ((item: Item) => Promise<Result>) => {
  const { round, most, weightOf = () => 1, mostWeight = Number.POSITIVE_INFINITY } = options;
  type Waiting = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];
  let running = false;

  const alone = ({ item, resolve, reject }: Waiting): Promise<void> =>
    round([item]).then(([result]) => resolve(result as Result), reject);

  const answer = async (members: Waiting[]): Promise<void> => {
    const [only] = members;
    if (only && members.length === 1) return alone(only);
    try {
      const results = await round(members.map(({ item }) => item));
      for (const [index, { resolve }] of members.entries()) resolve(results[index] as Result);
    } catch {
      await Promise.all(members.map(alone));
    }
  };

  const next = (): Waiting[] => {
    let weight = 0;
    const over = waiting.findIndex(({ item }, index) => {
      weight += weightOf(item);
      return index === most || (index > 0 && weight > mostWeight);
    });
    const members = over === -1 ? waiting : waiting.slice(0, over);
    waiting = waiting.slice(members.length);
    return members;
  };

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) await answer(next());
    running = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void run();
    });
};
