// POST /domains/dmarc: what receivers do with mail that only claims to be of the domains, and who gets their reports.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { dmarcPolicies } from './domain.ts';
import { answerSettings, mailTarget, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

/** The tag `rua` is a URI (RFC 7489 §6.3). */
const reportAddress = z
  .string()
  .trim()
  .transform((text) => text.replace(/^mailto:/i, ''))
  .pipe(mailTarget);

export const setDmarc = defineEndpoint<FeatureContext>()({
  operation: 'domains.set-dmarc',
  summary: 'Set DMARC policy',
  description:
    'What is left out stays as it is. Within a second on the wire of the built-in DNS host, and from the moment the ' +
    'domain is set up for one that is not yet. An address outside of the domain gets reports only when its own domain ' +
    'agrees by a record (RFC 7489 §7.1).',
  method: 'POST',
  path: '/domains/dmarc',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({
    email: mailTarget.optional().meta({ description: 'Gets the aggregate reports' }),
    rua: reportAddress.optional().meta({
      description: 'The same, also as `mailto:` address',
      example: 'mailto:dmarc@northpeak.example',
    }),
    policy: z.enum(dmarcPolicies).optional(),
  }).refine(({ email, rua, policy }) => (email ?? rua ?? policy) !== undefined, {
    error: 'email is required, or rua, or policy',
    path: ['email'],
  }),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) =>
    answerSettings(
      request,
      context,
      { dmarcEmail: request.body.email ?? request.body.rua, dmarcPolicy: request.body.policy },
      {
        reason: 'DMARC policy set',
        message: 'DMARC policy configured successfully',
      },
    ),
});
