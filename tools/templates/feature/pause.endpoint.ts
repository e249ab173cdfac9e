// POST /mailboxes/pause: answers the workspace it was asked for.
import { z } from 'zod';
import type { FeatureContext } from '../../../server/features/context.ts';
import { defineEndpoint } from '../../../server/http/endpoint.ts';

export const pauseMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.pause',
  summary: 'Pause mailboxes',
  method: 'POST',
  path: '/mailboxes/pause',
  scope: 'workspace',
  body: z.strictObject({}),
  response: z.object({ workspace_uid: z.uuid() }),
  errors: [],
  handle: ({ workspace, commit }) =>
    commit(async () => ({ message: 'Pause mailboxes: done', workspace_uid: workspace.uid })),
});
