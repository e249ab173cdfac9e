// Once per test run, after the setup of `database/`: the template gets the engine's tables, so that a runtime in
// a clone of it starts in a moment.
import type { TestProject } from 'vitest/node';
import { withDatabase } from '../../database/testing/administer.ts';
import { prepareWorkflowTables } from '../runtime.ts';

export const setup = async (project: TestProject): Promise<void> => {
  const { url, template } = project.getProvidedContext().testDatabase;
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: console.warn, error: console.error };
  await prepareWorkflowTables(withDatabase(url, template), log);
};
