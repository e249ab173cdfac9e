// POST /suppressions/remove: addresses that the workspace may write to again.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { emailAddress } from './address.ts';
import { unsuppress } from './change.ts';

export const removeSuppressions = defineEndpoint<FeatureContext>()({
  operation: 'suppressions.remove',
  summary: 'Lift the suppression of addresses',
  description:
    'Mail to them is taken again. An address that bounced because it does not exist will bounce again, which puts it ' +
    'back on the list and does the reputation of the sender no good.',
  method: 'POST',
  path: '/suppressions/remove',
  scope: 'workspace',
  body: z.strictObject({ emails: z.array(emailAddress).min(1).max(1000) }),
  response: z.object({ removed: z.array(z.string()), not_there: z.array(z.string()) }),
  errors: [],
  async handle({ body, workspace, caller, commit }, context) {
    const { removed, tell } = await unsuppress(body.emails, { workspace, caller }, context);
    return commit(async (tx) => {
      await tell(tx);
      const gone = new Set(removed);
      return {
        message: `Suppressions lifted: ${removed.length}`,
        removed,
        not_there: [...new Set(body.emails)].filter((address) => !gone.has(address)),
      };
    });
  },
});
