// GET /dns/list: the records of one domain.
import { z } from 'zod';
import { toName } from '../../../protocols/dns/names.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { recordsOf, zoneOfWorkspace } from './store.ts';

const recordShape = z
  .object({
    _id: z.uuid(),
    uid: z.uuid(),
    host: z.string(),
    type: z.string(),
    value: z.string(),
    priority: z.int().nullable(),
    ttl: z.int(),
    status: z.enum(['active', 'pending']),
    purpose: z.string(),
    proxied: z.literal(false),
  })
  .meta({ id: 'DnsRecord' });

export const listRecords = defineEndpoint<FeatureContext>()({
  operation: 'dns.list',
  summary: 'Get DNS records',
  method: 'GET',
  path: '/dns/list',
  scope: 'workspace',
  query: z
    .strictObject({
      uid: z.uuid().optional().meta({ description: 'The domain, by its uid' }),
      domain: z.string().min(1).max(260).optional().meta({ description: 'The domain, by its name' }),
    })
    .refine(({ uid, domain }) => (uid === undefined) !== (domain === undefined), {
      error: 'exactly one of uid and domain is required',
      path: ['uid'],
    }),
  response: z.object({
    dns_record: z.object({ uid: z.uuid(), domain: z.string(), records: z.array(recordShape) }),
  }),
  errors: [dnsRecordsNotFound],
  async handle({ query, workspace }, { db }) {
    const zone = await zoneOfWorkspace(
      db,
      workspace.uid,
      query.uid ? { domainUid: query.uid } : { name: nameOf(query.domain!) },
    );
    const records = zone ? await recordsOf(db, zone.domainUid) : [];
    if (!zone || records.length === 0) throw dnsRecordsNotFound('Domain or DNS records not found');
    return {
      message: 'DNS records retrieved successfully',
      dns_record: {
        uid: zone.domainUid,
        domain: zone.name,
        records: records.map((record) => ({
          _id: record.uid,
          uid: record.uid,
          host: record.host,
          type: record.type,
          value: record.value,
          priority: record.priority,
          ttl: record.ttlS,
          status: zone.publishedAt ? ('active' as const) : ('pending' as const),
          purpose: record.purpose,
          proxied: false as const,
        })),
      },
    };
  },
});

/** A name that cannot be one belongs to no domain, so looking for it finds none. */
const nameOf = (text: string): string => {
  try {
    return toName(text);
  } catch {
    return text.toLowerCase();
  }
};
