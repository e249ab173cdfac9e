// POST /suppressions/add: addresses that the workspace writes to no more.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { emailAddress } from './address.ts';
import { suppress } from './change.ts';

export const addSuppressions = defineEndpoint<FeatureContext>()({
  operation: 'suppressions.add',
  summary: 'Suppress addresses',
  description:
    'From now on submission refuses mail for them, and mail that waits for them comes back. An address that is on the ' +
    'list already stays as it is.',
  method: 'POST',
  path: '/suppressions/add',
  scope: 'workspace',
  body: z.strictObject({
    emails: z.array(emailAddress).min(1).max(1000),
    reason: orAbsent(z.string().trim().min(1).max(500)).meta({
      description: 'For people; whoever tries to write to the address is told',
    }),
  }),
  response: z.object({ added: z.array(z.string()), already_there: z.array(z.string()) }),
  errors: [],
  async handle({ body, workspace, caller, commit }, context) {
    const entries = body.emails.map((address) => ({ address, reason: body.reason ?? null }));
    const { added, tell } = await suppress(entries, 'manual', { workspace, caller }, context);
    return commit(async (tx) => {
      await tell(tx);
      const isNew = new Set(added);
      return {
        message: `Addresses suppressed: ${added.length}`,
        added,
        already_there: [...new Set(body.emails)].filter((address) => !isNew.has(address)),
      };
    });
  },
});
