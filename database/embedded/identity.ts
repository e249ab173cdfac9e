// Who the server runs as. PostgreSQL refuses to run as root, so root hands it to somebody else.
import { chown, lchown, lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Undefined: as this process. Otherwise as this user, who owns the cluster; `within` tells how to become them.
 *
 * - `system`: by setuid, and files given to them by chown.
 * - `namespace`: this process is root of a user namespace that has no such user. In a namespace inside of ours
 *   what we are and own shows as that user, so that nothing has to be given away.
 */
export type Identity = { uid: number; gid: number; within: 'system' | 'namespace' } | undefined;

const nobody = 65534;

/**
 * The owner of what is at the first of `paths` that exists and does not belong to root, or nobody; undefined
 * when this process is not root.
 */
export const serverIdentity = async (paths: string[]): Promise<Identity> => {
  if (process.getuid?.() !== 0) return undefined;
  let user = { uid: nobody, gid: nobody };
  for (const path of paths) {
    const owner = await stat(path).catch(() => undefined);
    if (!owner || owner.uid === 0) continue;
    user = { uid: owner.uid, gid: owner.gid };
    break;
  }
  const mapped = (await isMapped('uid', user.uid)) && (await isMapped('gid', user.gid));
  return { ...user, within: mapped ? 'system' : 'namespace' };
};

/** Whether the user namespace of this process knows the id (user_namespaces(7), "User and group ID mappings"). */
const isMapped = async (kind: 'uid' | 'gid', id: number): Promise<boolean> => {
  const map = await readFile(`/proc/self/${kind}_map`, 'utf8').catch(() => undefined);
  if (map === undefined) return true; // no namespaces here
  return map
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number])
    .some(([inside, , count]) => id >= inside && id < inside + count);
};

/** How a program is spawned so that it runs as `identity`. */
export const spawnedAs = (
  identity: Identity,
  command: string,
  args: string[],
): { command: string; args: string[]; options: { uid?: number; gid?: number } } => {
  if (!identity) return { command, args, options: {} };
  const { uid, gid, within } = identity;
  if (within === 'system') return { command, args, options: { uid, gid } };
  const become = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  return { command: 'unshare', args: [...become, command, ...args], options: {} }; // unshare(1) of util-linux
};

/** Makes `identity` the owner of `path` and of everything in it. */
export const giveTo = async (identity: Identity, path: string): Promise<void> => {
  if (identity?.within !== 'system') return;
  const { uid, gid } = identity;
  if ((await lstat(path)).uid === uid) return;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  }
  await chown(path, uid, gid); // last: it tells that the rest is done
};
