// Reads the table `provider_choice`: which vendor a workspace or a domain has instead of the installation's.
import type { Clock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { read } from './builtin/database-failure.ts';
import type { Platform } from './contracts/mailbox-host.ts';
import type { Role } from './contracts/manifest.ts';

export type ChoiceQuery = { role: Role; platform?: Platform; workspaceId?: string; domain?: string };

/** How old an answer may be: the time after which every process follows a changed choice. */
export const choiceTtlMs = 5_000;
const mostRemembered = 1_000;

export const createProviderChoices = ({ db, clock }: { db: Db; clock: Clock }) => {
  const remembered = new Map<string, { vendor: string | null; untilMs: number }>();

  /** The vendor chosen for the domain, else for the workspace, else null. */
  const find = async (query: ChoiceQuery): Promise<string | null> => {
    const { workspaceId = null, domain = null } = query;
    if (workspaceId === null && domain === null) return null;
    const key = JSON.stringify([query.role, query.platform, workspaceId, domain]);
    const nowMs = clock.now().getTime();
    const known = remembered.get(key);
    if (known && known.untilMs > nowMs) return known.vendor;
    const vendor = await read(() => readChoice(db, query));
    // Everything is dropped at once: refilling costs one indexed row per key, keeping an order of use costs more.
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, { vendor, untilMs: nowMs + choiceTtlMs });
    return vendor;
  };

  return { find };
};

const readChoice = async (db: Db, query: ChoiceQuery): Promise<string | null> => {
  const { role, platform = null, workspaceId = null, domain = null } = query;
  const rows = await db
    .selectFrom('provider_choice')
    .select(['vendor', 'domain'])
    .where('role', '=', role)
    .where((eb) => (platform === null ? eb('platform', 'is', null) : eb('platform', '=', platform)))
    .where((eb) => eb.or([eb('workspace_id', '=', workspaceId), eb('domain', '=', domain)]))
    .execute();
  return (rows.find((row) => row.domain !== null) ?? rows[0])?.vendor ?? null;
};
