// POST /domains/forwarding: where visitors of domains and their `www` are sent.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { forwardingUrl } from './schema.ts';
import { answerSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

const target = forwardingUrl.optional();

export const setForwarding = defineEndpoint<FeatureContext>()({
  operation: 'domains.set-forwarding',
  summary: 'Set domain forwarding',
  description:
    'Visitors of the domains and of their `www` are redirected. An empty address removes the forwarding. Acts within a ' +
    'second, and from the moment the domain is set up for one that is not yet.',
  method: 'POST',
  path: '/domains/forwarding',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  body: ofDomains({
    forwarding_url: target.meta({ description: "Web address; '' removes the forwarding" }),
    redirect_url: target.meta({ description: 'The same by another name' }),
    keep_path: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether path and query of the visitor are kept' }),
    permanent: z.boolean().default(false).meta({ description: '301 instead of 302 (RFC 9110 §15.4)' }),
  }).refine(({ forwarding_url, redirect_url }) => (forwarding_url ?? redirect_url) !== undefined, {
    error: 'forwarding_url is required',
    path: ['forwarding_url'],
  }),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: (request, context) => {
    const { forwarding_url, redirect_url, permanent, keep_path } = request.body;
    const forwardingUrl = (forwarding_url ?? redirect_url) || null;
    const change = {
      forwardingUrl,
      forwardingPermanent: forwardingUrl !== null && permanent,
      forwardingKeepPath: forwardingUrl !== null && keep_path,
    };
    const message = forwardingUrl
      ? 'Domain forwarding configured successfully'
      : 'Domain forwarding removed successfully';
    return answerSettings(request, context, change, { reason: 'forwarding set', message });
  },
});
