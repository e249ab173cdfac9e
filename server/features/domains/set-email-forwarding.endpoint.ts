// POST /domains/email-forwarding: sends all mail of domains on to one address.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { changeSettings, mailTarget, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const setEmailForwarding = defineEndpoint<FeatureContext>()({
  operation: 'domains.set-email-forwarding',
  summary: 'Set email forwarding',
  description:
    'All mail to any address of the domains is sent on to `email` instead of into their mailboxes, whether the address ' +
    'exists or not. For addresses that do not exist alone, set a catch-all. Acts within a second, and from the moment ' +
    'the domain is set up for one that is not yet.',
  method: 'POST',
  path: '/domains/email-forwarding',
  scope: 'workspace',
  body: ofDomains({ email: mailTarget }),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: ({ body, workspace, caller, commit }, context) =>
    commit(async (tx) => {
      const request = {
        workspaceUid: workspace.uid,
        keyId: caller.keyId,
        which: body,
        reason: 'email forwarding set',
      };
      const changed = await changeSettings(tx, context, request, { emailForwarding: body.email });
      return { message: 'Email forwarding configured successfully', ...changed };
    }),
});
