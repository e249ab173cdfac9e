// Brings a database to the schema this program expects: the files of `migrations/`, in order, each once.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

const ownMigrations = join(import.meta.dirname, 'migrations');

// Any number does as long as nothing else locks it: "inboxkit" in ASCII.
const lockKey = '7597117852321802612';

export type MigrateOptions = { log?: (message: string) => void; directory?: string };

type Migration = { name: string; sql: string; sha256: string };

/** A database and this program that do not belong together; the message says what to do. */
export class MigrationMismatch extends Error {
  override readonly name = 'MigrationMismatch';
}

/**
 * Applies every file not yet applied, each in its own transaction, and answers the names of those it applied.
 * Any number of nodes may call it at once: one works, the others wait and then find nothing to do.
 *
 * @throws {MigrationMismatch} when a file was changed after it was applied, or an applied file is missing.
 */
export const migrate = async (url: string, options: MigrateOptions = {}): Promise<string[]> => {
  const migrations = await readMigrations(options.directory ?? ownMigrations);
  const client = new pg.Client({ connectionString: url, application_name: 'inboxkit migrate' });
  client.on('error', () => {}); // a lost connection also fails the statement that is running
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(${lockKey})`);
    return await apply(client, migrations, options.log ?? (() => {}));
  } finally {
    await client.end(); // releases the lock
  }
};

const readMigrations = async (directory: string): Promise<Migration[]> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Map<string, string>();
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (!number) throw new Error(`migration ${name} is not named like 0001_what_it_does.sql`);
    const twin = numbers.get(number);
    if (twin) throw new Error(`migrations ${twin} and ${name} have the same number`);
    numbers.set(number, name);
  }
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
};

const apply = async (client: pg.Client, migrations: Migration[], log: (message: string) => void) => {
  await client.query(
    `create table if not exists public.schema_migration (
       name text primary key, sha256 text not null, applied_at timestamptz not null default now())`,
  );
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from public.schema_migration order by name',
  );
  const applied = new Map(rows.map((row) => [row.name, row.sha256]));
  checkApplied(applied, migrations);
  const names: string[] = [];
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await applyOne(client, migration);
    log(`migration ${migration.name} applied`);
    names.push(migration.name);
  }
  return names;
};

const checkApplied = (applied: Map<string, string>, migrations: Migration[]) => {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const [name, sha256] of applied) {
    const migration = known.get(name);
    if (!migration) {
      throw new MigrationMismatch(
        `the database has migration ${name}, which this version does not know: it was made by a newer version`,
      );
    }
    if (migration.sha256 !== sha256) {
      throw new MigrationMismatch(
        `migration ${name} was changed after this database applied it: restore the file and put the change into a new migration`,
      );
    }
  }
};

const applyOne = async (client: pg.Client, { name, sql, sha256 }: Migration) => {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into public.schema_migration (name, sha256) values ($1, $2)', [name, sha256]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`migration ${name} failed: ${where(error, sql)}`, { cause: error });
  }
};

const where = (error: unknown, sql: string): string => {
  if (!(error instanceof pg.DatabaseError)) return String(error);
  const at = Number(error.position);
  const line = at > 0 ? ` (line ${sql.slice(0, at).split('\n').length})` : '';
  return `${error.message}${line}${error.detail ? `: ${error.detail}` : ''}`;
};
