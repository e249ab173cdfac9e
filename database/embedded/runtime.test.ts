// Where the server's programs run from when the installed package is incomplete or out of reach.
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Identity } from './identity.ts';
import { run } from './process.ts';
import { findPackage, type Package, prepareRuntime } from './runtime.ts';

const isRoot = process.getuid?.() === 0;
// Root hands the server to another user; anybody else runs it themselves.
const identity: Identity = isRoot ? { uid: 65534, gid: 65534, within: 'system' } : undefined;

let base: string;
let place: string;
let source: Package;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'inboxkit-runtime-test-'));
  await chmod(base, 0o755);
  place = join(base, 'place');
  const installed = await findPackage();
  source = { ...installed, directory: join(base, 'home', 'node_modules', 'native') };
  await cp(installed.directory, source.directory, { recursive: true, verbatimSymlinks: true });
});
afterEach(async () => {
  await run('/bin/chmod', ['-R', 'u+rwX', base]);
  await rm(base, { recursive: true, force: true });
});

/** As the registry delivers it: without any link. */
const removeLinks = async () => {
  for (const entry of await readdir(source.directory, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(join(entry.parentPath, entry.name));
  }
};

/** Makes the package useless where it is, in the way that fits the user: a closed home, or no right to write. */
const closePackage = async () => {
  await removeLinks();
  if (isRoot) await chmod(join(base, 'home'), 0o700);
  else await chmod(join(source.directory, 'lib'), 0o555);
};

const versionOf = async (runtime: string, program: string) =>
  (await run(join(runtime, 'bin', program), ['--version'], { identity, cwd: '/' })).output;

test('a package whose install script did not run is completed in place, and stays usable for a second start', async () => {
  await removeLinks();
  expect((await run(join(source.directory, 'bin', 'postgres'), ['--version'])).code).not.toBe(0);

  expect(await prepareRuntime(identity, [], source)).toBe(source.directory);
  expect(await prepareRuntime(identity, [], source)).toBe(source.directory);

  expect(await versionOf(source.directory, 'postgres')).toContain('PostgreSQL) 18');
});

test('a package that cannot be run where it is installed runs from a copy that others can read and not change', async () => {
  await closePackage();

  const runtime = await prepareRuntime(identity, [place], source);

  expect(runtime.startsWith(place)).toBe(true);
  expect(await versionOf(runtime, 'postgres')).toContain('PostgreSQL) 18');
  expect(await versionOf(runtime, 'initdb')).toContain('PostgreSQL) 18');
  for (const entry of await readdir(runtime, { recursive: true, withFileTypes: true })) {
    const { mode, uid } = await lstat(join(entry.parentPath, entry.name));
    if (!entry.isSymbolicLink()) expect(mode & 0o022).toBe(0);
    expect(uid).toBe(process.getuid?.());
  }
});

test('the copy is made once and several processes may make it at the same time', async () => {
  await closePackage();

  const runtimes = await Promise.all([1, 2, 3].map(() => prepareRuntime(identity, [place], source)));

  expect(new Set(runtimes).size).toBe(1);
  expect(await readdir(place)).toHaveLength(1);
  const marker = await lstat(join(runtimes[0] as string, 'bin', 'postgres'));
  await prepareRuntime(identity, [place], source);
  expect((await lstat(join(runtimes[0] as string, 'bin', 'postgres'))).ino).toBe(marker.ino);
});

test('a place that others can write to is never run from, and the error names it', async () => {
  await closePackage();
  await mkdir(place);
  await chmod(place, 0o777);

  await expect(prepareRuntime(identity, [place], source)).rejects.toThrow(
    `${place} could have been changed by other users`,
  );
});

test('a link that waits where the copy goes is not followed', async () => {
  await closePackage();
  const elsewhere = join(base, 'elsewhere');
  await cp(source.directory, elsewhere, { recursive: true, verbatimSymlinks: true });
  await mkdir(place);
  await symlink(elsewhere, join(place, `postgresql-${source.version}-${source.name}`));

  await expect(prepareRuntime(identity, [place], source)).rejects.toThrow(
    'could have been changed by other users',
  );
});

test('the next place is tried when the first cannot be used', async () => {
  await closePackage();
  const file = join(base, 'home', 'node_modules', 'native', 'pg-symlinks.json');
  expect(await readFile(file, 'utf8')).toContain('native/lib');

  const runtime = await prepareRuntime(identity, [file, place], source);

  expect(runtime.startsWith(place)).toBe(true);
});
