// GET /sequencers/platforms: what mailboxes can be handed to, what each needs, and what it can.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';

export const listPlatforms = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.platforms',
  summary: 'List sequencer platforms',
  description: 'Made from what each vendor’s part of the program says about itself.',
  method: 'GET',
  path: '/sequencers/platforms',
  scope: 'workspace',
  response: z.object({
    data: z.array(
      z
        .object({
          key: z.string().meta({ description: 'Sent as `platform` to `sequencers/add`' }),
          name: z.string(),
          kind: z.enum(['api', 'file']),
          requires: z.array(z.string()).meta({ description: 'Fields of `sequencers/add` that it needs' }),
          supports_api_key: z.boolean(),
          credentials: z.array(
            z.object({ name: z.string(), label: z.string(), secret: z.boolean(), required: z.boolean() }),
          ),
          can: z.array(z.object({ ability: z.string(), can: z.boolean(), note: z.string().nullable() })),
          pace: z
            .object({ calls: z.int(), per_seconds: z.number() })
            .nullable()
            .meta({ description: 'How often one account is called at most' }),
          layouts: z.array(z.object({ key: z.string(), name: z.string() })),
        })
        .meta({ id: 'SequencerPlatform' }),
    ),
  }),
  handle: async (_request, { providers }) => ({
    message: 'Sequencer platforms retrieved successfully',
    data: providers.sequencerPlatforms().map(({ key, title, kind, credentials, claims, pace, layouts }) => ({
      key,
      name: title,
      kind,
      requires: credentials.filter(({ required }) => required).map(({ name }) => name),
      supports_api_key: credentials.some(({ name }) => name === 'api_key'),
      credentials: [...credentials],
      can: [...claims],
      pace: pace && { calls: pace.calls, per_seconds: pace.perMs / 1000 },
      layouts: layouts.map((layout) => ({ key: layout.key, name: layout.title })),
    })),
  }),
});
