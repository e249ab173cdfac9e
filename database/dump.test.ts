// The files made from the schema: complete, the same every time, and true about what queries give.
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { dumpSchema } from './dump.ts';
import { generateTypes } from './generate-types.ts';
import { useTestDatabase } from './testing.ts';

const odd = `
  create schema odd;
  create schema if not exists dbos;
  create table dbos.theirs (id int);
  create type odd.mood as enum ('glad', 'sad');
  create domain odd.positive as int default 1 check (value > 0);
  create type odd.pair as (a int, b text);
  create sequence odd.counter increment 5;
  create table odd.parent (id bigint generated always as identity primary key, moods odd.mood[] not null default '{}');
  create table odd."Child" (
    id uuid primary key,
    parent bigint references odd.parent (id) on delete cascade,
    size numeric(10, 2) not null default 0 check (size >= 0),
    label text collate "C" unique,
    twice numeric generated always as (size * 2) stored,
    born date,
    seen timestamptz not null default now(),
    extra jsonb
  );
  create index child_label on odd."Child" (lower(label)) where size > 1;
  create view odd.small as select id from odd."Child" where size < 1;
  create materialized view odd.counted as select count(*) as n from odd."Child";
  create function odd.touch() returns trigger language plpgsql as $$ begin new.seen = now(); return new; end $$;
  create trigger touched before update on odd."Child" for each row execute function odd.touch();`;

describe('of a schema with one of everything', () => {
  const database = useTestDatabase();
  beforeAll(async () => {
    await sql.raw(odd).execute(database.db);
  });

  test.each([
    'create extension pg_trgm;',
    'create schema odd;',
    "create type odd.mood as enum ('glad', 'sad');",
    'create domain odd.positive as integer default 1 CHECK ((VALUE > 0));',
    'create type odd.pair as (a integer, b text);',
    'create sequence odd.counter as bigint start 1 increment 5;',
    '  id bigint generated always as identity not null',
    "  moods odd.mood[] default '{}'::odd.mood[] not null",
    'create table odd."Child" (',
    '  size numeric(10,2) default 0 not null',
    '  label text collate "C"',
    '  twice numeric generated always as ((size * (2)::numeric)) stored',
    '  constraint "Child_parent_fkey" FOREIGN KEY (parent) REFERENCES odd.parent(id) ON DELETE CASCADE',
    '  constraint "Child_size_check" CHECK ((size >= (0)::numeric))',
    'CREATE INDEX child_label ON odd."Child" USING btree (lower(label)) WHERE (size > (1)::numeric);',
    'create view odd.small as',
    'create materialized view odd.counted as',
    'CREATE OR REPLACE FUNCTION odd.touch()',
    'CREATE TRIGGER touched BEFORE UPDATE ON odd."Child" FOR EACH ROW EXECUTE FUNCTION odd.touch();',
    'create table published.zone (',
  ])('the dump has %s', async (line) => {
    const lines = (await dumpSchema(database.db)).split('\n').map((text) => text.replace(/,$/, ''));
    expect(lines).toContain(line);
  });

  test('the dump leaves out what extensions and the workflow library own, and what constraints imply', async () => {
    const dump = await dumpSchema(database.db);
    const absent = ['dbos', 'similarity', 'gtrgm', 'INDEX "Child_pkey"', 'Child_id_not_null', 'pg_catalog'];
    expect(absent.filter((text) => dump.includes(text))).toEqual([]);
  });

  test('types are keyed by schema and say what the pool gives', async () => {
    const types = await generateTypes(database.db);
    expect(types).toContain('"odd.Child": OddChild;');
    expect(types).toContain('"odd.counted": OddCounted;');
    expect(types).toMatch(/interface OddCounted \{\s+n: number \| null;/);
    expect(types).toMatch(/interface OddChild \{\s+born: string \| null;/);
    expect(types).toMatch(/\n {2}schema_migration: SchemaMigration;/);
    expect(types).not.toContain('dbos');
  });
});

describe('of two databases made from the same migrations', () => {
  const one = useTestDatabase();
  const other = useTestDatabase();

  test('the dumps and the types are the same, whatever happened to the rows', async () => {
    await sql`insert into published.mail_domain (name, workspace_id) values ('example.com', gen_random_uuid())`.execute(
      one.db,
    );
    expect(await dumpSchema(one.db)).toBe(await dumpSchema(other.db));
    expect(await generateTypes(one.db)).toBe(await generateTypes(other.db));
  });

  test('a row in one is not in the other', async () => {
    const rowsIn = ({ db }: typeof one) => db.selectFrom('published.mail_domain').select('name').execute();
    expect(await rowsIn(one)).toEqual([{ name: 'example.com' }]);
    expect(await rowsIn(other)).toEqual([]);
  });
});
