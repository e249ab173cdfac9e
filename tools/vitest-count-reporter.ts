// The last line of a test run: how many tests passed and failed, for people and programs that read only that.
import type { Reporter, TestModule } from 'vitest/node';

/** What a run came to. A file or a run that fails outside of any test counts as one failed test. */
export type Counts = { passed: number; failed: number; skipped: number };

export const countTests = (modules: ReadonlyArray<TestModule>, unhandledErrors: number): Counts => {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    let failed = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed++;
      else if (state === 'failed') failed++;
      else counts.skipped++;
    }
    counts.failed += failed || (module.ok() ? 0 : 1);
  }
  return counts;
};

export const countLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

export default class CountReporter implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    // At the very end of the process, because the other reporters write after this one is told.
    process.once('exit', (code) => {
      // A run can fail before it gets to any test, for example in the global setup.
      const failed = code === 0 ? this.#counts.failed : Math.max(1, this.#counts.failed);
      process.stdout.write(`${countLine({ ...this.#counts, failed })}\n`);
    });
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    this.#counts = countTests(modules, unhandledErrors.length);
  }
}
