// DELETE /domains/email-forwarding: mail goes into the mailboxes of its domain again.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { answerSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const removeEmailForwarding = defineEndpoint<FeatureContext>()({
  operation: 'domains.remove-email-forwarding',
  summary: 'Remove email forwarding',
  description:
    'Mail of the domains goes into their mailboxes again. Removing what is not set changes nothing.',
  method: 'DELETE',
  path: '/domains/email-forwarding',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({}),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) =>
    answerSettings(
      request,
      context,
      { emailForwarding: null },
      {
        reason: 'email forwarding removed',
        message: 'Email forwarding removed successfully',
      },
    ),
});
