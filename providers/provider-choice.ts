// Reads the table `provider_choice`: which vendor a workspace or a domain has instead of the installation's.
import type { Clock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { read } from './builtin/database-failure.ts';
import type { Platform } from './contracts/mailbox-host.ts';
import type { Role } from './contracts/manifest.ts';

export type ChoiceQuery = { role: Role; platform?: Platform; workspaceId?: string; domain?: string };

/** The account of a customer's that serves a domain, and the credential that opens it. */
export type ChosenAccount = { credentialUid: string; sealed: string; tenant: string };
export type Choice = { vendor: string; account: ChosenAccount | null };

/** How old an answer may be: the time after which every process follows a changed choice. */
export const choiceTtlMs = 5_000;
const mostRemembered = 1_000;

export const createProviderChoices = ({ db, clock }: { db: Db; clock: Clock }) => {
  const remembered = new Map<string, { choice: Choice | null; untilMs: number }>();

  /** What is chosen for the domain, else for the workspace, else null. */
  const find = async (query: ChoiceQuery): Promise<Choice | null> => {
    const { workspaceId = null, domain = null } = query;
    if (workspaceId === null && domain === null) return null;
    // That of a domain is never remembered: it changes while the domain is in use, when its owner connects its zone
    // or gives another credential, and a zone that is published at the host of a moment ago is in the wrong place.
    if (domain !== null) return read(() => readChoice(db, query));
    const key = JSON.stringify([query.role, query.platform, workspaceId]);
    const nowMs = clock.now().getTime();
    const known = remembered.get(key);
    if (known && known.untilMs > nowMs) return known.choice;
    const choice = await read(() => readChoice(db, query));
    // Everything is dropped at once: refilling costs one indexed row per key, keeping an order of use costs more.
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, { choice, untilMs: nowMs + choiceTtlMs });
    return choice;
  };

  return { find };
};

const readChoice = async (db: Db, query: ChoiceQuery): Promise<Choice | null> => {
  const { role, platform = null, workspaceId = null, domain = null } = query;
  const rows = await db
    .selectFrom('provider_choice as choice')
    .leftJoin('provider_credential as credential', 'credential.uid', 'choice.credential_uid')
    .select(['choice.vendor', 'choice.domain', 'choice.tenant', 'credential.uid', 'credential.sealed'])
    .where('choice.role', '=', role)
    .where((eb) =>
      platform === null ? eb('choice.platform', 'is', null) : eb('choice.platform', '=', platform),
    )
    .where((eb) => eb.or([eb('choice.workspace_id', '=', workspaceId), eb('choice.domain', '=', domain)]))
    .execute();
  const row = rows.find((one) => one.domain !== null) ?? rows[0];
  if (!row) return null;
  const { vendor, uid, sealed, tenant } = row;
  return { vendor, account: uid === null ? null : { credentialUid: uid, sealed: sealed!, tenant: tenant! } };
};
