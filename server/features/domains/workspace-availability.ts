// Whether the host that serves a platform could take domains, or has them already for somebody else.
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { FeatureContext } from '../context.ts';
import { teamOfWorkspace } from '../workspaces/index.ts';
import { liveDomainsByName } from './store.ts';

/** Those of the names that a team could have mailboxes of the platform on. */
export const namesFreeAt = async (
  { db, providers }: Pick<FeatureContext, 'db' | 'providers'>,
  platform: Platform,
  teamUid: string,
  names: readonly string[],
): Promise<Set<string>> => {
  const known = await providers.mailboxHost(platform).knownDomains([...names]);
  const held = await liveDomainsByName(db, [...names]);
  const workspaces = new Map<string, string>();
  for (const { workspaceId } of known) {
    if (workspaceId && !workspaces.has(workspaceId)) {
      workspaces.set(workspaceId, await teamOfWorkspace(db, workspaceId));
    }
  }
  const others = new Set([
    ...held.filter((domain) => domain.teamUid !== teamUid).map(({ name }) => name),
    ...known
      .filter(
        ({ outside, workspaceId }) => outside || (workspaceId && workspaces.get(workspaceId) !== teamUid),
      )
      .map(({ name }) => name),
  ]);
  return new Set(names.filter((name) => !others.has(name)));
};
