// What workspaces tell about. The webhook address stays out of it: such addresses carry secrets.
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
  ];
  if (changed.length === 0) return [];
  const data = { changed, previous_name: before.name };
  return [workspaceEvent('workspace.updated', after, after.updatedAt, data)];
};

export const workspaceDeleted = (workspace: Workspace, at: Date): NewEvent =>
  workspaceEvent('workspace.deleted', workspace, at);
