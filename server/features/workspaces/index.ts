// Front door of workspaces.
import { create } from './create.endpoint.ts';
import { removeWorkspace } from './delete.endpoint.ts';
import { workspaceDetails } from './details.endpoint.ts';
import { listWorkspaces } from './list.endpoint.ts';
import { offboarding, type WorkspaceParts } from './offboard.workflow.ts';
import { updateWorkspace } from './update.endpoint.ts';
import { setWebhook } from './webhook.endpoint.ts';

export { createWorkspace, holdWorkspace } from './change.ts';
export { workspaceErrors, workspaceLimitReached, workspaceNotFound } from './errors.ts';
export { assertWorkspaceRoom } from './limits.ts';
export type { WorkspaceParts } from './offboard.workflow.ts';
export { workspaceByUid as findWorkspace, workspaceTeam as teamOfWorkspace } from './store.ts';
export type { FollowWorkspace, Workspace, WorkspaceContents } from './workspace.ts';

/** What is in workspaces comes later in the order, and is handed in. */
export const workspaceEndpoints = (parts: WorkspaceParts) => {
  const { readContents, follow } = parts;
  return [
    listWorkspaces(readContents),
    workspaceDetails(readContents),
    create(follow),
    updateWorkspace(readContents, follow),
    removeWorkspace(parts),
    setWebhook(follow),
  ];
};

export const workspaceWorkflows = (parts: WorkspaceParts) => [offboarding(parts)];
