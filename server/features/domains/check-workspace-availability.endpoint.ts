// POST /domains/check-workspace-availability: whether the hosts of the platforms could take domains.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { internationalizedName, invalidDomainName } from './errors.ts';
import { registrableName } from './names.ts';
import { namesFreeAt } from './workspace-availability.ts';

export const checkWorkspaceAvailability = defineEndpoint<FeatureContext>()({
  operation: 'domains.check-workspace-availability',
  summary: 'Check workspace availability',
  description:
    'A domain that the host of a platform has already for somebody else cannot get mailboxes of that platform. Asks the ' +
    'hosts that serve the platforms on this installation.',
  method: 'POST',
  path: '/domains/check-workspace-availability',
  scope: 'team',
  writes: false,
  body: z.strictObject({
    domains: z
      .array(z.string().trim().min(1).max(260))
      .min(1)
      .max(100)
      .meta({ example: ['northpeak.com'] }),
  }),
  response: z.object({
    result: z.array(
      z
        .object({
          domain: z.string(),
          google_workspace_available: z.boolean(),
          ms365_workspace_available: z.boolean(),
        })
        .meta({ id: 'WorkspaceAvailability' }),
    ),
  }),
  errors: [internationalizedName, invalidDomainName],
  async handle({ body, caller }, context) {
    const names = [...new Set(body.domains.map(registrableName))];
    const google = await namesFreeAt(context, 'GOOGLE', caller.teamId, names);
    const microsoft = await namesFreeAt(context, 'MICROSOFT', caller.teamId, names);
    return {
      message: 'Workspace availability checked successfully',
      result: names.map((domain) => ({
        domain,
        google_workspace_available: google.has(domain),
        ms365_workspace_available: microsoft.has(domain),
      })),
    };
  },
});
