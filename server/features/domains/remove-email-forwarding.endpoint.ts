// DELETE /domains/email-forwarding: mail goes into the mailboxes of its domain again.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { changeSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const removeEmailForwarding = defineEndpoint<FeatureContext>()({
  operation: 'domains.remove-email-forwarding',
  summary: 'Remove email forwarding',
  description:
    'Mail of the domains goes into their mailboxes again. Removing what is not set changes nothing.',
  method: 'DELETE',
  path: '/domains/email-forwarding',
  scope: 'workspace',
  body: ofDomains({}),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: ({ body, workspace, caller, commit }, context) =>
    commit(async (tx) => {
      const request = {
        workspaceUid: workspace.uid,
        keyId: caller.keyId,
        which: body,
        reason: 'email forwarding removed',
      };
      const changed = await changeSettings(tx, context, request, { emailForwarding: null });
      return { message: 'Email forwarding removed successfully', ...changed };
    }),
});
