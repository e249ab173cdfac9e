// Programs of Debian that are measured beside ours, installed when they are missing.
import { execFile } from 'node:child_process';
import { access, constants, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { keep } from './leftovers.ts';

const run = promisify(execFile);

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** Others may be installing something at this moment. */
const LOCK_WAIT = ['-o', 'DPkg::Lock::Timeout=600'];
/** Asked by packages before they start a server of theirs; with 101 they do not (policy-rc.d of Debian's invoke-rc.d). */
const POLICY = '/usr/sbin/policy-rc.d';

const isFile = (path: string) =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

const isThere = async (file: string): Promise<boolean> =>
  (
    await Promise.all((file.startsWith('/') ? [file] : FOLDERS.map((f) => `${f}/${file}`)).map(isFile))
  ).includes(true);

/**
 * Installs the packages of which a file is missing: `{ 'pdns-backend-pgsql': '/usr/lib/…/libgpgsqlbackend.so' }`; a
 * bare name is a program on the path. No server of a package is started.
 *
 * @throws Error when this is no Debian, or not root's
 */
export const needPackages = async (packages: Record<string, string>): Promise<void> => {
  const missing: string[] = [];
  for (const [name, file] of Object.entries(packages)) if (!(await isThere(file))) missing.push(name);
  if (missing.length === 0) return;
  process.stderr.write(`installing ${missing.join(', ')}\n`);
  const removePolicy = await forbidStarts();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', [...LOCK_WAIT, 'update'], { env });
    await run('apt-get', [...LOCK_WAIT, 'install', '-y', '--no-install-recommends', ...missing], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    throw new Error(`cannot install ${missing.join(', ')}: this benchmark needs Debian and root`, {
      cause: error,
    });
  } finally {
    await removePolicy();
  }
};

const forbidStarts = async (): Promise<() => Promise<void>> => {
  if (await isFile(POLICY)) return async () => {};
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return keep(() => rm(POLICY, { force: true }));
};
