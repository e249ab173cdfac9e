// Front door of workspaces.
import { create } from './create.endpoint.ts';
import { removeWorkspace } from './delete.endpoint.ts';
import { workspaceDetails } from './details.endpoint.ts';
import { listWorkspaces } from './list.endpoint.ts';
import { updateWorkspace } from './update.endpoint.ts';
import { setWebhook } from './webhook.endpoint.ts';
import type { FollowWorkspace, ReadContents } from './workspace.ts';

export { createWorkspace, holdWorkspace } from './change.ts';
export { workspaceErrors, workspaceNotFound } from './errors.ts';
export { workspaceByUid as findWorkspace, workspaceTeam as teamOfWorkspace } from './store.ts';
export type { FollowWorkspace, Workspace, WorkspaceContents } from './workspace.ts';

/** `readContents` tells what workspaces hold, `follow` is told of their webhook address; both come later in the order. */
export const workspaceEndpoints = (readContents: ReadContents, follow: FollowWorkspace) => [
  listWorkspaces(readContents),
  workspaceDetails(readContents),
  create(follow),
  updateWorkspace(readContents, follow),
  removeWorkspace(readContents, follow),
  setWebhook(follow),
];
