// DELETE /domains/dmarc: back to the policy that every domain starts with.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { changeSettings, ofDomains, settingsAnswer, settingsErrors } from './settings.ts';

export const removeDmarc = defineEndpoint<FeatureContext>()({
  operation: 'domains.remove-dmarc',
  summary: 'Remove DMARC policy',
  description:
    'The policy of the domains is `none` again and nobody gets reports. The record itself stays: large receivers refuse ' +
    'bulk mail of domains without one. Within a second on the wire of the built-in DNS host.',
  method: 'DELETE',
  path: '/domains/dmarc',
  scope: 'workspace',
  body: ofDomains({}),
  response: settingsAnswer,
  errors: settingsErrors,
  handle: ({ body, workspace, caller, commit }, context) =>
    commit(async (tx) => {
      const request = {
        workspaceUid: workspace.uid,
        keyId: caller.keyId,
        which: body,
        reason: 'DMARC policy removed',
      };
      const changed = await changeSettings(tx, context, request, { dmarcEmail: null, dmarcPolicy: 'none' });
      return { message: 'DMARC policy removed successfully', ...changed };
    }),
});
