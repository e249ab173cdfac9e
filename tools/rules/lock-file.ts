// package-lock.json must name the packages of every platform. `npm install` leaves out those that the registry it
// asked does not have (some mirrors keep one platform only), and `npm ci` then refuses the lock everywhere.
import type { Problem, Tree } from '../tree.ts';

export type LockEntry = {
  version?: string;
  resolved?: string;
  dev?: boolean;
  license?: string;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
};
export type LockFile = { packages: Record<string, LockEntry> };

export const lockPath = 'package-lock.json';

/** Packages for other platforms that a package asks for and the lock does not have. */
export function missingFromLock({ packages }: LockFile): { name: string; version: string; of: LockEntry }[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(([name, version]) => ({ name, version, of: entry })),
  );
}

export function checkLockFile(tree: Tree): Problem[] {
  const lock = JSON.parse(tree.read(lockPath)) as LockFile;
  const missing = missingFromLock(lock).map(({ name }) => ({
    path: lockPath,
    message: `lacks ${name}, so npm ci refuses it; run node tools/complete-lock.ts`,
  }));
  const hosts = Object.entries(lock.packages)
    .filter(([, { resolved }]) => resolved !== undefined)
    .map(([path]) => ({ path: lockPath, message: `says where ${path} was downloaded from; see .npmrc` }));
  return [...missing, ...hosts];
}
