// Many jobs, so many at a time.

/** Runs all jobs, at most `width` at once, in the order given. */
export const inLanes = async (jobs: readonly (() => Promise<void>)[], width: number): Promise<void> => {
  const waiting = jobs.values();
  const lane = async () => {
    for (const job of waiting) await job();
  };
  await Promise.all(Array.from({ length: width }, lane));
};
