// POST /domains/forwarding: where visitors of domains and their `www` are sent.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { forwardingUrl } from './schema.ts';
import { changeSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

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
  handle: ({ body, workspace, caller, commit }, context) =>
    commit(async (tx) => {
      const url = (body.forwarding_url ?? body.redirect_url) || null;
      const request = {
        workspaceUid: workspace.uid,
        keyId: caller.keyId,
        which: body,
        reason: 'forwarding set',
      };
      const changed = await changeSettings(tx, context, request, {
        forwardingUrl: url,
        forwardingPermanent: url !== null && body.permanent,
        forwardingKeepPath: url !== null && body.keep_path,
      });
      const message = url
        ? 'Domain forwarding configured successfully'
        : 'Domain forwarding removed successfully';
      return { message, ...changed };
    }),
});
