// How the tests run: real processes, two at a time, against one PostgreSQL server per run.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['database/testing/global-setup.ts', 'workflow/testing/global-setup.ts'],
    reporters: ['default', './tools/vitest-count-reporter.ts'],
  },
});
