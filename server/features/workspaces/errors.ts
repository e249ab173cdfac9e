// Errors of the workspaces feature.
import { defineError } from '../../http/errors.ts';

export const workspaceNotFound = defineError({
  code: 'workspace_not_found',
  status: 404,
  whatHappened: 'The team has no workspace with this uid.',
  whatToDo: 'List the workspaces with `GET /v1/api/workspaces/list` and use one of the uids it answers.',
});

export const workspaceNameTaken = defineError({
  code: 'workspace_name_taken',
  status: 409,
  whatHappened: 'Another workspace of the team has this name; upper and lower case count as the same.',
  whatToDo: 'Choose another name, or use the workspace that exists.',
});

export const workspaceNotEmpty = defineError({
  code: 'workspace_not_empty',
  status: 409,
  whatHappened: 'The workspace still holds domains or mailboxes, so it was not deleted.',
  whatToDo:
    'Cancel its mailboxes and remove its domains first, then delete it; or send `force=true`, which does both and revokes its keys.',
});

export const workspaceLimitReached = defineError({
  code: 'workspace_limit_reached',
  status: 403,
  whatHappened:
    'The workspace would hold more domains or mailboxes than its limit allows; `limit` names it. Nothing was bought or connected.',
  whatToDo:
    'Remove some, or raise the limit with `PUT /v1/api/workspaces/update` `{"uid", "limits": {…}}`, which needs the scope `admin`.',
});

export const lastWorkspace = defineError({
  code: 'last_workspace',
  status: 409,
  whatHappened: 'This is the only workspace of the team, and a team needs one.',
  whatToDo: 'Create another workspace first, then delete this one.',
});

export const workspaceErrors = [
  workspaceNotFound,
  workspaceNameTaken,
  workspaceNotEmpty,
  workspaceLimitReached,
  lastWorkspace,
];
