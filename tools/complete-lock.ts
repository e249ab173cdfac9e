// Adds to package-lock.json the packages of other platforms that `npm install` left out (see rules/lock-file.ts).
// What they run on is read from their names; without the registry's word on them they carry no integrity.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LockEntry, type LockFile, lockPath, missingFromLock } from './rules/lock-file.ts';
import { repositoryRoot } from './tree.ts';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries: Record<string, string> = {
  gnu: 'glibc',
  gnueabihf: 'glibc',
  musl: 'musl',
  musleabihf: 'musl',
};

const file = join(repositoryRoot, lockPath);
const lock = JSON.parse(readFileSync(file, 'utf8')) as LockFile;
const missing = missingFromLock(lock);
for (const { name, version, of } of missing) {
  lock.packages[`node_modules/${name}`] = entryFor(name, version, of);
  console.log(`added ${name}@${version}`);
}
if (missing.length > 0) {
  // In npm's own order, or the next install would move every line.
  const packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
}

function entryFor(name: string, version: string, of: LockEntry): LockEntry {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not say what it runs on`);
  const libc = words.map((word) => libraries[word]).find((library) => library !== undefined);
  return {
    version,
    cpu: [cpu],
    ...(of.dev && { dev: true }),
    ...(os === 'linux' && libc && { libc: [libc] }),
    ...(of.license && { license: of.license }),
    optional: true,
    os: [os],
  };
}
