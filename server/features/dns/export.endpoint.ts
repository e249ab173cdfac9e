// GET /dns/export: a zone as the text other DNS software reads.
import { z } from 'zod';
import { writeZoneFile } from '../../../protocols/dns/zone-file.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { hostOf } from './publish.ts';
import { ofOneDomain, whichDomain } from './schema.ts';
import { recordsOf, zoneOfWorkspace } from './store.ts';
import { hostedAsItIs } from './zone.ts';

export const exportZone = defineEndpoint<FeatureContext>()({
  operation: 'dns.export',
  summary: 'Export a zone file',
  description:
    'The zone in the master file format of RFC 1035 §5. `POST /dns/import` reads it back as the same records. SOA and ' +
    'the nameservers of the domain itself belong to whoever serves the zone and are named in comments only.',
  method: 'GET',
  path: '/dns/export',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  query: ofOneDomain({}),
  response: z.object({
    uid: z.uuid(),
    domain: z.string(),
    version: z.int(),
    zone_file: z.string(),
  }),
  errors: [dnsRecordsNotFound],
  async handle({ query, workspace }, { db, providers }) {
    const zone = await zoneOfWorkspace(db, workspace.uid, whichDomain(query));
    if (!zone) throw dnsRecordsNotFound('Domain or DNS records not found');
    const records = (await recordsOf(db, zone.domainUid)).map((record) => hostedAsItIs(zone.name, record));
    const nameservers = await hostOf(providers, zone).nameservers(zone.name);
    return {
      message: 'Zone exported successfully',
      uid: zone.domainUid,
      domain: zone.name,
      version: zone.version,
      zone_file: writeZoneFile(zone.name, records, [
        `${zone.name}, version ${zone.version}`,
        `Served by ${nameservers.map(({ name }) => name).join(' and ')}, which has a SOA and NS records of its own`,
      ]),
    };
  },
});
