// A new installation gets a team, a workspace, credits, an API key and a link for its first owner, and says so once.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import { inTransaction } from '../../database/database.ts';
import { createTeam, hasTeam, type Keys } from '../features/accounts/index.ts';
import { addCredits } from '../features/billing/index.ts';
import { makeLink } from '../features/people/index.ts';
import { openBooks } from '../features/subscriptions/index.ts';
import { createWorkspace } from '../features/workspaces/index.ts';
import type { Storage } from './storage.ts';

export type FirstKey = {
  base_url: string;
  api_key: string;
  team_id: string;
  workspace_id: string;
  /** For the first owner, to choose a password with: good once and for a week. */
  set_up_url: string;
};

/** Any number, but the same in every process: several that start at once on one new database take turns. */
const FIRST_START_LOCK = 7_110_281_946;

/** Where the first key is kept for the people and programs on this machine. */
export const firstKeyFile = (dataDir: string): string => join(dataDir, 'first-key.json');

/**
 * Answers the key when this was the first start, null on every later one. For processes that serve the API: the key
 * is written beside their data, where people look for it, and says their address.
 */
export const setUpFirstTeam = async (
  { db, dataDir }: Storage,
  keys: Keys,
  { baseUrl, firstCreditsMicros, clock }: { baseUrl: string; firstCreditsMicros: number; clock: Clock },
): Promise<FirstKey | null> =>
  inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${FIRST_START_LOCK})`.execute(tx);
    if (await hasTeam(tx)) return null;
    const now = clock.now();
    const teamUid = await createTeam(tx, { name: 'My team', createdAt: now });
    await openBooks(tx, teamUid, now);
    if (firstCreditsMicros > 0) {
      await addCredits(tx, {
        teamUid,
        amountMicros: firstCreditsMicros,
        key: `first-start:${teamUid}`,
        description: 'Credits of a new installation',
        now,
      });
    }
    const workspace = await createWorkspace(tx, teamUid, { name: 'Default' }, now);
    const key: FirstKey = {
      base_url: baseUrl,
      api_key: await keys.issue(tx, { teamUid, name: 'First key', operator: true }),
      team_id: teamUid,
      workspace_id: workspace.uid,
      set_up_url: (
        await makeLink(tx, { kind: 'set_up', teamUid, role: 'owner' }, { publicUrl: baseUrl, now })
      ).url,
    };
    // Before the commit: the token is kept nowhere else, so a team without this file could not be used.
    await writeKeyFile(firstKeyFile(dataDir), key);
    return key;
  });

const writeKeyFile = async (path: string, key: FirstKey): Promise<void> => {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
};
