// GET /dns/list: the records of one domain.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { ofOneDomain, recordRow, recordShape, whichDomain } from './schema.ts';
import { recordsOf, zoneOfWorkspace } from './store.ts';

export const listRecords = defineEndpoint<FeatureContext>()({
  operation: 'dns.list',
  summary: 'Get DNS records',
  method: 'GET',
  path: '/dns/list',
  scope: 'workspace',
  query: ofOneDomain({}),
  response: z.object({
    dns_record: z.object({
      uid: z.uuid(),
      domain: z.string(),
      version: z.int(),
      published_version: z.int(),
      publish_error: z
        .string()
        .nullable()
        .meta({ description: 'Why the DNS host refused the latest version; null when it did not' }),
      dkim_rotation: z
        .object({
          stage: z.enum(['making_keys', 'proving', 'overlapping', 'retiring']),
          started_at: z.iso.datetime(),
          selectors: z.array(z.string()),
        })
        .nullable()
        .meta({ description: 'The change of signing keys under way, if any' }),
      records: z.array(recordShape),
    }),
  }),
  errors: [dnsRecordsNotFound],
  async handle({ query, workspace }, { db }) {
    const zone = await zoneOfWorkspace(db, workspace.uid, whichDomain(query));
    const records = zone ? await recordsOf(db, zone.domainUid) : [];
    if (!zone || records.length === 0) throw dnsRecordsNotFound('Domain or DNS records not found');
    const rotation = zone.dkimRotation;
    return {
      message: 'DNS records retrieved successfully',
      dns_record: {
        uid: zone.domainUid,
        domain: zone.name,
        version: zone.version,
        published_version: zone.publishedVersion,
        publish_error: zone.publishError,
        dkim_rotation: rotation && {
          stage: rotation.stage,
          started_at: rotation.startedAt,
          selectors: rotation.selectors,
        },
        records: records.map((record) => recordRow(zone, record)),
      },
    };
  },
});
