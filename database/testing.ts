// A fresh, migrated database for the tests of one file or one describe.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';
import { type Db, openDatabase } from './database.ts';
import { administer, withDatabase } from './testing/administer.ts';

/** Valid from the first `beforeAll` registered after the call until the end of the file or describe. */
export type TestDatabase = { readonly db: Db; readonly url: string };

/**
 * Call at the top level of a file or a describe, before registering hooks that use the database. The database
 * is a clone of the migrated template, seen by nobody else, and dropped with everything connected to it.
 */
export const useTestDatabase = (): TestDatabase => {
  let current: { db: Db; url: string; drop: () => Promise<void> } | undefined;
  beforeAll(async () => {
    current = await cloneTemplate();
  });
  afterAll(async () => {
    await current?.db.destroy();
    await current?.drop();
    current = undefined;
  });
  const started = () => {
    if (!current) throw new Error('the test database exists only while the tests of its file run');
    return current;
  };
  return {
    get db() {
      return started().db;
    },
    get url() {
      return started().url;
    },
  };
};

const cloneTemplate = async () => {
  const { url: server, template } = inject('testDatabase');
  const name = `inboxkit_test_${randomBytes(8).toString('hex')}`;
  await administer(server, `create database ${name} template ${template}`);
  const url = withDatabase(server, name);
  return {
    url,
    db: openDatabase(url, { poolSize: 5, applicationName: 'inboxkit tests' }),
    drop: () => administer(server, `drop database ${name} with (force)`),
  };
};
