// GET /cloudflare-domains/credentials: which credentials are stored, and what hangs on each.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { credentialsOfWorkspace, domainsOfCredentials } from '../zone-accounts/index.ts';
import { credentialRow, credentialShape } from './schema.ts';
import { VENDOR } from './vendor.ts';

export const listCredentials = defineEndpoint<FeatureContext>()({
  operation: 'cloudflare-domains.credentials',
  summary: 'List Cloudflare credentials',
  description: 'Oldest first. Secrets are sealed and shown to nobody again.',
  method: 'GET',
  path: '/cloudflare-domains/credentials',
  scope: 'workspace',
  response: z.object({ credentials: z.array(credentialShape), total: z.int() }),
  errors: [],
  async handle({ workspace }, { db }) {
    const stored = await credentialsOfWorkspace(db, workspace.uid, VENDOR);
    const domains = await domainsOfCredentials(
      db,
      stored.map(({ uid }) => uid),
    );
    return {
      message: 'Credentials retrieved successfully',
      credentials: stored.map((credential) => credentialRow(credential, domains.get(credential.uid) ?? [])),
      total: stored.length,
    };
  },
});
