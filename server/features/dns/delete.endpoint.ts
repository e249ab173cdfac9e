// POST /dns/delete: takes records out of a zone, all of them or none.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { MAX_RECORDS } from './conflicts.ts';
import { byCaller, editedAnswer, editZone } from './edit.ts';
import { dnsConflict, dnsRecordNotFound, dnsRecordsNotFound, managedRecord } from './errors.ts';
import { changedZoneShape, confirmManaged, ofOneDomain, whichDomain } from './schema.ts';

export const deleteRecords = defineEndpoint<FeatureContext>()({
  operation: 'dns.delete',
  summary: 'Delete DNS records',
  description:
    'The version before stays a restore point: `POST /dns/restore` brings the records back with their ids.',
  method: 'POST',
  path: '/dns/delete',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  body: ofOneDomain({
    record_ids: z.array(z.uuid()).min(1).max(MAX_RECORDS),
    confirm_managed: confirmManaged,
  }),
  response: changedZoneShape,
  errors: [dnsRecordsNotFound, dnsRecordNotFound, dnsConflict, managedRecord],
  handle: ({ body, workspace, ...request }, context) =>
    request.commit(async (tx) => {
      const by = byCaller(request, 'records deleted');
      const target = {
        workspaceUid: workspace.uid,
        which: whichDomain(body),
        by,
        unconfirmed: !body.confirm_managed,
      };
      const edited = await editZone(tx, context, target, async (_zone, current) => {
        const unwanted = new Set(body.record_ids);
        const next = current.filter(({ uid }) => !unwanted.delete(uid));
        if (unwanted.size > 0) throw dnsRecordNotFound('DNS record not found', { record_ids: [...unwanted] });
        return next;
      });
      return { message: 'DNS records deleted successfully', ...editedAnswer(edited) };
    }),
});
