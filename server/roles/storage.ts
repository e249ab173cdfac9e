// Where everything is kept: the database, embedded or given, and the keys that open what is sealed in it.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { type Db, openDatabase } from '../../database/database.ts';
import { startEmbeddedPostgres } from '../../database/embedded/embedded-postgres.ts';
import { migrate } from '../../database/migrate.ts';
import { createSecretBox, loadOrCreateKeyRing, type SecretBox } from '../../database/secret-box.ts';
import type { Config } from '../config/config.ts';

export type Storage = {
  db: Db;
  databaseUrl: string;
  secrets: SecretBox;
  /** Absolute. */
  dataDir: string;
  /** Whether the database belongs to this process alone. */
  embedded: boolean;
  close(): Promise<void>;
};

export const openStorage = async (config: Config, log: Logger): Promise<Storage> => {
  const dataDir = resolve(config.server.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const keyRing = await loadOrCreateKeyRing({
    env: config.secrets.keys ?? undefined,
    file: join(dataDir, 'secret.key'),
  });
  const { url } = config.database;
  const postgres = url === null ? await startEmbeddedPostgres({ dataDir, log }) : null;
  const databaseUrl = postgres?.url ?? url!;
  try {
    const applied = await migrate(databaseUrl);
    if (applied.length > 0) log.info({ migrations: applied.length }, 'database schema is up to date');
    let closing = false;
    const db = openDatabase(databaseUrl, {
      poolSize: config.database.poolSize,
      onConnectionLost: (error) => {
        if (!closing) log.warn({ reason: error.message }, 'lost a database connection');
      },
    });
    return {
      db,
      databaseUrl,
      secrets: createSecretBox(keyRing),
      dataDir,
      embedded: postgres !== null,
      async close() {
        closing = true;
        await db.destroy();
        await postgres?.stop();
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
};
