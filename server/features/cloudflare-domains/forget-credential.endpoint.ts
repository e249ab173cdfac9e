// DELETE /cloudflare-domains/credentials/{uid}: forgets a stored credential.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import {
  credentialDelete,
  credentialEvent,
  credentialOfWorkspaceLock,
  domainsOfCredentials,
  zoneCredentialInUse,
  zoneCredentialNotFound,
} from '../zone-accounts/index.ts';
import { VENDOR } from './vendor.ts';

export const forgetCredential = defineEndpoint<FeatureContext>()({
  operation: 'cloudflare-domains.forget-credential',
  summary: 'Forget a Cloudflare credential',
  description:
    'The secret is gone for good then. One that domains are reached with is kept until they are disconnected.',
  method: 'DELETE',
  path: '/cloudflare-domains/credentials/{uid}',
  scope: 'workspace',
  reachesOutside: true,
  params: z.strictObject({ uid: uidToFind }),
  response: z.object({ uid: z.uuid() }),
  errors: [zoneCredentialNotFound, zoneCredentialInUse],
  handle: ({ params, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const credential = await credentialOfWorkspaceLock(tx, workspace.uid, params.uid);
      if (!credential || credential.vendor !== VENDOR) throw zoneCredentialNotFound('Credential not found');
      const domains = (await domainsOfCredentials(tx, [credential.uid])).get(credential.uid) ?? [];
      if (domains.length > 0) {
        throw zoneCredentialInUse(`${domains.length} domain(s) are connected with the credential`, {
          domains,
        });
      }
      await credentialDelete(tx, credential.uid);
      await recordEvents(tx, [credentialEvent(credential, 'zone_credential.forgotten', clock.now())]);
      return { message: 'Credential forgotten', uid: credential.uid };
    }),
});
