// DELETE /domains/dmarc: back to the policy that every domain starts with.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { answerSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const removeDmarc = defineEndpoint<FeatureContext>()({
  operation: 'domains.remove-dmarc',
  summary: 'Remove DMARC policy',
  description:
    'The policy of the domains is `none` again and nobody gets reports. The record itself stays: large receivers refuse ' +
    'bulk mail of domains without one. Within a second on the wire of the built-in DNS host.',
  method: 'DELETE',
  path: '/domains/dmarc',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({}),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) =>
    answerSettings(
      request,
      context,
      { dmarcEmail: null, dmarcPolicy: 'none' },
      {
        reason: 'DMARC policy removed',
        message: 'DMARC policy removed successfully',
      },
    ),
});
