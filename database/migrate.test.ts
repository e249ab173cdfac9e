// Migrations: once each, in order, all or nothing, and never onto a database they do not fit.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Db, openDatabase } from './database.ts';
import { MigrationMismatch, migrate } from './migrate.ts';
import { administer, withDatabase } from './testing/administer.ts';

let url: string;
let db: Db;
let directory: string;
let drop: () => Promise<void>;

beforeEach(async () => {
  const server = inject('testDatabase').url;
  const name = `inboxkit_test_${randomBytes(8).toString('hex')}`;
  await administer(server, `create database ${name}`);
  url = withDatabase(server, name);
  db = openDatabase(url);
  directory = await mkdtemp(join(tmpdir(), 'inboxkit-migrate-test-'));
  drop = () => administer(server, `drop database ${name} with (force)`);
});
afterEach(async () => {
  await db.destroy();
  await drop();
  await rm(directory, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFile(join(directory, name), text);

const applied = async (): Promise<string[]> => {
  const rows = await db.selectFrom('schema_migration').select('name').orderBy('name').execute();
  return rows.map((row) => row.name);
};

const count = async (table: string): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
    db,
  );
  return rows[0]?.count ?? -1;
};

test('the files of the product build the schema from nothing, and a second run finds nothing to do', async () => {
  const names = (await readdir(join(import.meta.dirname, 'migrations'))).sort();
  const said: string[] = [];
  expect(await migrate(url, { log: (message) => said.push(message) })).toEqual(names);
  expect(said).toEqual(names.map((name) => `migration ${name} applied`));
  expect(await applied()).toEqual(names);
  expect(await count('published.zone')).toBe(0);
  expect(await migrate(url)).toEqual([]);
});

test('files run in the order of their numbers, with gaps, each once', async () => {
  await write('0001_first.sql', 'create table letter (text text); insert into letter values ($$a$$);');
  await write('0005_third.sql', 'insert into letter select string_agg(text, $$$$) from letter;');
  expect(await migrate(url, { directory })).toEqual(['0001_first.sql', '0005_third.sql']);
  await write('0003_second.sql', 'insert into letter values ($$b$$);');
  await write('0007_fourth.sql', 'drop table letter; create table done ();');
  expect(await migrate(url, { directory })).toEqual(['0003_second.sql', '0007_fourth.sql']);
  expect(await count('done')).toBe(0);
});

test('of many nodes that start at once one migrates and the others wait for it', async () => {
  await write('0001_table.sql', 'create table once (id int); insert into once values (1);');
  await write('0002_slow.sql', 'select pg_sleep(0.2); insert into once values (2);');
  const results = await Promise.all([1, 2, 3, 4].map(() => migrate(url, { directory })));
  expect(results.map((names) => names.length).sort()).toEqual([0, 0, 0, 2]);
  expect(await count('once')).toBe(2);
});

test('a file that fails leaves nothing of itself, keeps what came before, and is named with the line', async () => {
  await write('0001_good.sql', 'create table kept ();');
  await write('0002_bad.sql', 'create table half ();\n\ncreate table broken (id nonsense);');
  await expect(migrate(url, { directory })).rejects.toThrow(
    'migration 0002_bad.sql failed: type "nonsense" does not exist (line 3)',
  );
  expect(await applied()).toEqual(['0001_good.sql']);
  await write('0002_bad.sql', 'create table half ();');
  expect(await migrate(url, { directory })).toEqual(['0002_bad.sql']);
});

test('a file changed after it was applied stops the start and nothing newer is applied', async () => {
  await write('0001_one.sql', 'create table one ();');
  await migrate(url, { directory });
  await write('0001_one.sql', 'create table one (id int);');
  await write('0002_two.sql', 'create table two ();');
  const failing = migrate(url, { directory });
  await expect(failing).rejects.toThrow(MigrationMismatch);
  await expect(failing).rejects.toThrow('migration 0001_one.sql was changed after this database applied it');
  expect(await applied()).toEqual(['0001_one.sql']);
});

test('a database of a newer version is refused with the migration that is not known here', async () => {
  await write('0001_one.sql', 'create table one ();');
  await write('0002_new.sql', 'create table two ();');
  await migrate(url, { directory });
  await rename(join(directory, '0002_new.sql'), join(directory, 'aside.txt'));
  const failing = migrate(url, { directory });
  await expect(failing).rejects.toThrow(MigrationMismatch);
  await expect(failing).rejects.toThrow('0002_new.sql');
});

test('two files with one number, and a file without one, are refused before anything runs', async () => {
  await write('0001_one.sql', 'create table one ();');
  await write('0001_uno.sql', 'create table uno ();');
  await expect(migrate(url, { directory })).rejects.toThrow(
    'migrations 0001_one.sql and 0001_uno.sql have the same number',
  );
  await rename(join(directory, '0001_uno.sql'), join(directory, 'uno.sql'));
  await expect(migrate(url, { directory })).rejects.toThrow('migration uno.sql is not named like');
  const { rows } =
    await sql`select from pg_class where relname in ('one', 'uno', 'schema_migration')`.execute(db);
  expect(rows).toEqual([]);
});
