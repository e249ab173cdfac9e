// Once per test run: a server and a migrated database that every test file clones.
import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { startTemporaryPostgres } from '../embedded/temporary-postgres.ts';
import { migrate } from '../migrate.ts';
import { administer, withDatabase } from './administer.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Server of this test run, and the database on it to clone. */
    testDatabase: { url: string; template: string };
  }
}

/** Uses the server at `INBOXKIT_TEST_DATABASE_URL`, whose user must be able to create databases, or its own. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const given = process.env.INBOXKIT_TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startTemporaryPostgres();
  const template = `inboxkit_template_${randomBytes(6).toString('hex')}`;
  const tearDown = async () => {
    if (given) await administer(given, `drop database if exists ${template} with (force)`);
    await server.stop();
  };
  try {
    await administer(server.url, `create database ${template}`);
    await migrate(withDatabase(server.url, template));
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('testDatabase', { url: server.url, template });
  return tearDown;
};
