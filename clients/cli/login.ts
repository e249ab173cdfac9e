// `login`, and the profiles that it makes.
import { readFile } from 'node:fs/promises';
import { sdkFor } from './call.ts';
import { EXIT } from './exit-codes.ts';
import { type Profile, profilesPath, readProfiles, writeProfiles } from './profiles.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

export type LoginFlags = {
  server?: string;
  key?: string;
  workspace?: string;
  profile?: string;
  from?: string;
};

/** Checks the key before it is kept, and takes the first workspace when none is named. */
export const login = async (terminal: Terminal, flags: LoginFlags): Promise<number> => {
  const file = flags.from ? (JSON.parse(await readFile(flags.from, 'utf8')) as Record<string, string>) : {};
  const url =
    flags.server ?? file.base_url ?? (await wanted(terminal, 'Address of the installation: ', '--server'));
  const key = flags.key ?? file.api_key ?? (await wanted(terminal, 'API key: ', '--key', true));
  const profile: Profile = { url: url.replace(/\/+$/, ''), api_key: key };
  const { workspaces } = await sdkFor(profile).workspaces.list({}, { signal: terminal.signal });
  const named = flags.workspace ?? file.workspace_id;
  const workspace = named
    ? workspaces.find(({ uid, name }) => uid === named || name === named)
    : workspaces[0];
  if (named && !workspace) {
    terminal.note(
      `There is no workspace ${named}; there are: ${workspaces.map(({ name }) => name).join(', ')}`,
    );
    return EXIT.notFound;
  }
  const path = profilesPath(terminal.env);
  const { profiles } = await readProfiles(path);
  const name = flags.profile ?? 'default';
  profiles[name] = { ...profile, workspace_id: workspace?.uid };
  await writeProfiles(path, { current: name, profiles });
  terminal.note(
    `Signed in to ${profile.url}${workspace ? `, workspace ${workspace.name}` : ''}, as profile ${name}`,
  );
  return EXIT.ok;
};

const wanted = async (
  terminal: Terminal,
  question: string,
  flag: string,
  hidden = false,
): Promise<string> => {
  if (!terminal.interactive) throw new Error(`${flag} is missing, and there is nobody to ask`);
  return terminal.ask(question, hidden);
};

export const listProfiles = async (terminal: Terminal): Promise<number> => {
  const { current, profiles } = await readProfiles(profilesPath(terminal.env));
  const rows = Object.entries(profiles).map(([name, { url, workspace_id }]) => ({
    name,
    current: name === current ? 'yes' : '',
    url,
    workspace_id,
  }));
  if (rows.length > 0) terminal.out(tableOf(rows, { width: terminal.width }));
  return EXIT.ok;
};

export const changeProfile = async (
  terminal: Terminal,
  name: string,
  to: 'use' | 'remove',
): Promise<number> => {
  const path = profilesPath(terminal.env);
  const { current, profiles } = await readProfiles(path);
  if (!profiles[name]) {
    terminal.note(`There is no profile ${name}; there are: ${Object.keys(profiles).join(', ') || 'none'}`);
    return EXIT.notFound;
  }
  if (to === 'use') await writeProfiles(path, { current: name, profiles });
  else {
    const { [name]: _removed, ...left } = profiles;
    await writeProfiles(path, { current: current === name ? null : current, profiles: left });
  }
  return EXIT.ok;
};
