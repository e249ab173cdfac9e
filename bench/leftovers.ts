// What a benchmark has started and must not leave behind, also when it fails or is interrupted: processes and
// temporary directories. Only what was kept here is ever ended or removed.

type CleanUp = () => Promise<void>;

const kept: CleanUp[] = [];

/** Answers a function that cleans up now; without being called, `cleanUp` does it at the end. */
export const keep = (cleanUpOne: CleanUp): CleanUp => {
  kept.push(cleanUpOne);
  return async () => {
    const index = kept.indexOf(cleanUpOne);
    if (index < 0) return;
    kept.splice(index, 1);
    await cleanUpOne();
  };
};

let cleaning: Promise<void> | undefined;

/** Last started, first ended. A second call, as by an interrupt while a failure is being cleaned up, joins the first. */
export const cleanUp = (): Promise<void> => {
  cleaning ??= endAll();
  return cleaning;
};

const endAll = async (): Promise<void> => {
  for (let one = kept.pop(); one; one = kept.pop()) {
    await one().catch((error: Error) => process.stderr.write(`left behind: ${error.message}\n`));
  }
};
