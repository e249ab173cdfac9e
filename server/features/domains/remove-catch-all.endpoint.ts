// DELETE /domains/catch-all: addresses that do not exist refuse their mail again.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { answerSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const removeCatchAll = defineEndpoint<FeatureContext>()({
  operation: 'domains.remove-catch-all',
  summary: 'Remove catch-all',
  description:
    'Mail to addresses of the domains that no mailbox has is refused again. Removing what is not set changes nothing.',
  method: 'DELETE',
  path: '/domains/catch-all',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({}),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) =>
    answerSettings(
      request,
      context,
      { catchAllEmail: null },
      {
        reason: 'catch-all removed',
        message: 'Catch-all email removed successfully',
      },
    ),
});
