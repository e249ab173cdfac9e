// Installations that one signs in to, by name, in a file that only its owner reads.
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type Profile = { url: string; api_key: string; workspace_id?: string };

export type Profiles = { current: string | null; profiles: Record<string, Profile> };

export type Environment = Readonly<Record<string, string | undefined>>;

export const profilesPath = (env: Environment): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME ?? '.', '.config'), 'inboxkit', 'profiles.json');

export const readProfiles = async (path: string): Promise<Profiles> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Profiles;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, profiles: {} };
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
};

/** In one step, so that a broken write leaves the former one. */
export const writeProfiles = async (path: string, profiles: Profiles): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, path);
};

/**
 * Where to send calls, and as whom: what flags say, then the environment, then the profile.
 *
 * @throws Error when it is nowhere, with what to do
 */
export const accessOf = (
  flags: { server?: string; key?: string; workspace?: string; profile?: string },
  env: Environment,
  { current, profiles }: Profiles,
): Profile => {
  const name = flags.profile ?? env.INBOXKIT_PROFILE ?? current;
  const profile = name ? profiles[name] : undefined;
  if (name && !profile && (flags.profile ?? env.INBOXKIT_PROFILE)) {
    throw new Error(`There is no profile ${name}; there are: ${Object.keys(profiles).join(', ') || 'none'}`);
  }
  const url = flags.server ?? env.INBOXKIT_URL ?? profile?.url;
  const key = flags.key ?? env.INBOXKIT_API_KEY ?? profile?.api_key;
  if (!url || !key) {
    throw new Error('Sign in with `inboxkit login`, or set INBOXKIT_URL and INBOXKIT_API_KEY');
  }
  return {
    url,
    api_key: key,
    workspace_id: flags.workspace ?? env.INBOXKIT_WORKSPACE_ID ?? profile?.workspace_id,
  };
};
