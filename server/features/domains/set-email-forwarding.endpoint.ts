// POST /domains/email-forwarding: sends all mail of domains on to one address.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { answerSettings, mailTarget, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

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
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({ email: mailTarget }),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) =>
    answerSettings(
      request,
      context,
      { emailForwarding: request.body.email },
      {
        reason: 'email forwarding set',
        message: 'Email forwarding configured successfully',
      },
    ),
});
