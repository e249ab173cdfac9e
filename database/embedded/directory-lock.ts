// One process per data directory.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { exists } from './process.ts';

/** Another live process works on the data directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

/**
 * Takes the data directory for this process until `release()` or its death.
 *
 * The lock is the kernel's own record lock, taken through SQLite because Node has no call for it: there is no
 * moment at which two processes can both have it, it ends with the process however that ends, and no stale
 * file or reused pid can be mistaken for it. The pid file beside it only serves the message.
 *
 * @throws {DirectoryInUse} naming the directory and the pid of the process that has it.
 */
export const lockDirectory = async (directory: string): Promise<{ release(): void }> => {
  const pidFile = join(directory, 'inboxkit.pid');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(directory, 'inboxkit.lock'));
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive');
    await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database?.close();
    const busy = 5; // SQLITE_BUSY
    if ((error as { errcode?: number }).errcode === busy) {
      throw new DirectoryInUse(
        `the data directory ${directory} is in use by another InboxKit process${await holder(pidFile)}`,
      );
    }
    throw new Error(`the data directory ${directory} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const held = database;
  return { release: () => held.close() };
};

const holder = async (pidFile: string): Promise<string> => {
  // The process that has just taken the lock may not have written its pid yet.
  for (let attempt = 0; attempt < 20; attempt++) {
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
    if (pid > 0 && exists(pid)) return ` (pid ${pid})`;
    await delay(25);
  }
  return '';
};
