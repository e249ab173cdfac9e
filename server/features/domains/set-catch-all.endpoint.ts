// POST /domains/catch-all: where mail to addresses that do not exist goes on to.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { answerSettings, mailTarget, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const setCatchAll = defineEndpoint<FeatureContext>()({
  operation: 'domains.set-catch-all',
  summary: 'Set catch-all',
  description:
    'Mail to addresses of the domains that no mailbox has is sent on to `email`; without it, it is refused. Acts within a ' +
    'second, and from the moment the domain is set up for one that is not yet.',
  method: 'POST',
  path: '/domains/catch-all',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({ email: mailTarget }),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) =>
    answerSettings(
      request,
      context,
      { catchAllEmail: request.body.email },
      {
        reason: 'catch-all set',
        message: 'Catch-all email configured successfully',
      },
    ),
});
