// GET /dns/list: the records of one domain.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { ownersRecords } from './owners.ts';
import { ofOneDomain, recordRow, recordShape, whichDomain } from './schema.ts';
import { recordsOf, zoneOfWorkspace } from './store.ts';

export const listRecords = defineEndpoint<FeatureContext>()({
  operation: 'dns.list',
  summary: 'Get DNS records',
  method: 'GET',
  path: '/dns/list',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
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
      owners_records: z
        .array(
          z.object({
            host: z.string(),
            type: z.string(),
            value: z.string(),
            priority: z.int().nullable(),
            ttl: z.int(),
          }),
        )
        .meta({
          description:
            'What the owner of a zone in an account of theirs keeps there besides, as last seen; never changed by us',
        }),
    }),
  }),
  errors: [dnsRecordsNotFound],
  async handle({ query, workspace }, { db }) {
    const zone = await zoneOfWorkspace(db, workspace.uid, whichDomain(query));
    const records = zone ? await recordsOf(db, zone.domainUid) : [];
    if (!zone || records.length + ownersRecords(zone).length === 0)
      throw dnsRecordsNotFound('Domain or DNS records not found');
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
        owners_records: ownersRecords(zone).map(({ host, type, value, priority, ttlS }) => ({
          host,
          type,
          value,
          priority,
          ttl: ttlS,
        })),
      },
    };
  },
});
