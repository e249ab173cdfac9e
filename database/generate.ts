// The files made from the migrations: `schema.sql`, which shows what they add up to, and `types.ts`, which the
// compiler checks queries against. Run with `node database/generate.ts` after adding a migration.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from './database.ts';
import { dumpSchema } from './dump.ts';
import { startTemporaryPostgres } from './embedded/temporary-postgres.ts';
import { generateTypes } from './generate-types.ts';
import { migrate } from './migrate.ts';

/** Path from the root of the repository → content. Starts a server of its own for it. */
export const generateDatabaseFiles = async (): Promise<Map<string, string>> => {
  const server = await startTemporaryPostgres();
  try {
    await migrate(server.url);
    const db = openDatabase(server.url);
    try {
      return new Map([
        ['database/schema.sql', await dumpSchema(db)],
        ['database/types.ts', await generateTypes(db)],
      ]);
    } finally {
      await db.destroy();
    }
  } finally {
    await server.stop();
  }
};

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  for (const [path, content] of await generateDatabaseFiles()) {
    const file = join(root, path);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === content) continue;
    await writeFile(`${file}.unfinished`, content);
    await rename(`${file}.unfinished`, file); // readers see the old file or the new one
    console.log(`${path} written`);
  }
}
