// GET /dns/versions: who changed a zone, when, how and why.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { ofOneDomain, whichDomain } from './schema.ts';
import { versionPage, zoneOfWorkspace } from './store.ts';
import type { KeptRecord } from './version.ts';

const keptRecord = z
  .object({
    record_id: z.uuid(),
    host: z.string(),
    type: z.string(),
    value: z.string(),
    priority: z.int().nullable(),
    ttl: z.int(),
    purpose: z.string(),
  })
  .meta({ id: 'KeptDnsRecord' });

export const listVersions = defineEndpoint<FeatureContext>()({
  operation: 'dns.versions',
  summary: 'List versions of a zone',
  description: 'Newest first. Each can be gone back to with `POST /dns/restore`.',
  method: 'GET',
  path: '/dns/versions',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  query: ofOneDomain(pageQuery),
  response: z.object({
    versions: z.array(
      z.object({
        version: z.int(),
        created_at: z.iso.datetime(),
        actor: z.object({ type: z.enum(['api_key', 'person', 'workflow']), id: z.string() }),
        cause: z.string().meta({ description: '`request:<X-Request-Id>`, or the step of a workflow' }),
        reason: z.string(),
        changes: z.array(z.object({ before: keptRecord.nullable(), after: keptRecord.nullable() })),
        is_current: z.boolean(),
        is_published: z.boolean(),
      }),
    ),
    ...pageAnswer,
  }),
  errors: [dnsRecordsNotFound],
  async handle({ query, workspace }, { db }) {
    const zone = await zoneOfWorkspace(db, workspace.uid, whichDomain(query));
    if (!zone) throw dnsRecordsNotFound('Domain or DNS records not found');
    const page = { limit: query.limit, offset: pageOffset(query) };
    const versions = await versionPage(db, zone.domainUid, page);
    return {
      message: 'Versions retrieved successfully',
      versions: versions.map((version) => ({
        version: version.version,
        created_at: version.createdAt.toISOString(),
        actor: { type: version.actorType as 'api_key' | 'person' | 'workflow', id: version.actorId },
        cause: version.cause,
        reason: version.reason,
        changes: version.changes.map(({ before, after }) => ({ before: row(before), after: row(after) })),
        is_current: version.version === zone.version,
        is_published: version.version <= zone.publishedVersion,
      })),
      // Versions are numbered from 1 without gaps.
      ...pageFields(query, zone.version),
    };
  },
});

const row = (record: KeptRecord | null) =>
  record && {
    record_id: record.uid,
    host: record.host,
    type: record.type,
    value: record.value,
    priority: record.priority,
    ttl: record.ttlS,
    purpose: record.purpose,
  };
