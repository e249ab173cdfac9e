// Front door of workspaces.
import { create } from './create.endpoint.ts';
import { removeWorkspace } from './delete.endpoint.ts';
import { workspaceDetails } from './details.endpoint.ts';
import { listWorkspaces } from './list.endpoint.ts';
import { updateWorkspace } from './update.endpoint.ts';
import { setWebhook } from './webhook.endpoint.ts';
import type { ReadContents } from './workspace.ts';

export { createWorkspace, holdWorkspace } from './change.ts';
export { workspaceErrors } from './errors.ts';
export { workspaceByUid as findWorkspace, workspaceTeam as teamOfWorkspace } from './store.ts';
export type { Workspace, WorkspaceContents } from './workspace.ts';

/** `readContents` tells what workspaces hold; the features that own those things come later in the order. */
export const workspaceEndpoints = (readContents: ReadContents) => [
  listWorkspaces(readContents),
  workspaceDetails(readContents),
  create,
  updateWorkspace(readContents),
  removeWorkspace(readContents),
  setWebhook,
];
