// A server that is thrown away: for tests and for generating files.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopSurvivor } from './cluster.ts';
import { lockDirectory } from './directory-lock.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import type { Log } from './process.ts';

const prefix = 'inboxkit-temporary-';

const silent: Log = { info: () => {}, warn: () => {} };

/**
 * Starts an embedded server in a new directory under the system's temporary one. `stop()` ends it and removes
 * the directory. Nothing in it survives a crash of the machine: it never waits for the disk.
 */
export const startTemporaryPostgres = async (): Promise<{ url: string; stop(): Promise<void> }> => {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), prefix));
  const remove = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  try {
    const server = await startEmbeddedPostgres({
      dataDir,
      log: silent,
      settings: { fsync: false, synchronous_commit: false, full_page_writes: false, autovacuum: false },
    });
    return {
      url: server.url,
      stop: async () => {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/**
 * Ends and removes what processes left that were killed before they could do it themselves. A directory of less
 * than a minute may belong to a process that is about to lock it.
 */
const removeAbandoned = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const dataDir = join(tmpdir(), name);
    try {
      const { uid, mtimeMs } = await stat(dataDir);
      if (uid !== process.getuid?.() || Date.now() - mtimeMs < 60_000) continue;
      const lock = await lockDirectory(dataDir);
      try {
        await stopSurvivor(dataDir, silent);
        await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
      } finally {
        lock.release();
      }
    } catch {
      // In use, or removed by another process at the same moment; the next run looks again.
    }
  }
};
