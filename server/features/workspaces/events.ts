// What workspaces tell about. The webhook address stays out of it: such addresses carry secrets.
import { isDeepStrictEqual } from 'node:util';
import type { NewEvent } from '../events/index.ts';
import type { Workspace } from './workspace.ts';

const workspaceEvent = (
  type: `workspace.${string}`,
  { uid, teamUid, name }: Workspace,
  occurredAt: Date,
  data: Record<string, unknown> = {},
): NewEvent => ({
  teamUid,
  workspaceUid: uid,
  type,
  subjectType: 'workspace',
  subjectUid: uid,
  data: { name, ...data },
  occurredAt,
});

export const workspaceCreated = (workspace: Workspace): NewEvent =>
  workspaceEvent('workspace.created', workspace, workspace.createdAt);

/** Names what changed; nothing, when nothing did. */
export const workspaceUpdated = (before: Workspace, after: Workspace): NewEvent[] => {
  const changed = [
    ...(before.name === after.name ? [] : ['name']),
    ...(before.webhookUrl === after.webhookUrl ? [] : ['webhook_url']),
    ...(isDeepStrictEqual(before.limits, after.limits) ? [] : ['limits']),
  ];
  if (changed.length === 0) return [];
  const limits = changed.includes('limits')
    ? { limits: limitsData(after), previous_limits: limitsData(before) }
    : {};
  const data = { changed, previous_name: before.name, ...limits };
  return [workspaceEvent('workspace.updated', after, after.updatedAt, data)];
};

const limitsData = ({ limits }: Workspace) => ({
  max_domains: limits.maxDomains,
  max_mailboxes: limits.maxMailboxes,
});

export const offboardingStarted = (workspace: Workspace, at: Date): NewEvent =>
  workspaceEvent('workspace.offboarding_started', workspace, at);

export const offboardingFailed = (workspace: Workspace, problem: string, at: Date): NewEvent =>
  workspaceEvent('workspace.offboarding_failed', workspace, at, { problem });

export const workspaceDeleted = (workspace: Workspace, at: Date): NewEvent =>
  workspaceEvent('workspace.deleted', workspace, at);
