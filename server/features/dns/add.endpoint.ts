// POST /dns/add: more records in a zone, all of them or none.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { conflictOf, MAX_RECORDS } from './conflicts.ts';
import { byCaller, editedAnswer, editZone, recordRuleOf } from './edit.ts';
import { dnsConflict, dnsRecordsNotFound, managedRecord, zoneTooLarge } from './errors.ts';
import { type RecordInput, readRecord } from './record-input.ts';
import {
  changedZoneShape,
  confirmManaged,
  ofOneDomain,
  recordHost,
  recordPriority,
  recordTtl,
  recordType,
  recordValue,
  whichDomain,
} from './schema.ts';
import { freshRecord } from './version.ts';
import type { NewRecord } from './zone.ts';

export const addRecords = defineEndpoint<FeatureContext>()({
  operation: 'dns.add',
  summary: 'Add DNS records',
  description:
    'All records are added, or none when the zone would break a rule; `conflicts` of the error cites each. The change ' +
    'is a version of its own, and on the wire of the built-in DNS host within a second.',
  method: 'POST',
  path: '/dns/add',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  body: ofOneDomain({
    records: z
      .array(
        z.strictObject({
          host: recordHost,
          type: recordType,
          value: recordValue,
          ttl: orAbsent(recordTtl),
          priority: orAbsent(recordPriority),
        }),
      )
      .min(1)
      .max(MAX_RECORDS),
    confirm_managed: confirmManaged,
  }),
  response: changedZoneShape,
  errors: [dnsRecordsNotFound, dnsConflict, managedRecord, zoneTooLarge],
  async handle({ body, workspace, ...request }, context) {
    const which = whichDomain(body);
    const refuses = await recordRuleOf(context, workspace.uid, which);
    return request.commit(async (tx) => {
      const by = byCaller(request, 'records added');
      const target = { workspaceUid: workspace.uid, which, by, refuses, unconfirmed: !body.confirm_managed };
      const edited = await editZone(tx, context, target, async (zone, current, now) => {
        const added = readRecords(zone.name, body.records);
        const next = [...current, ...added.map((record) => freshRecord(record, now))];
        return next;
      });
      return { message: 'DNS records added successfully', ...editedAnswer(edited) };
    });
  },
});

/** All of them in canonical form. @throws ApiError dns_conflict with every record that is none */
const readRecords = (zone: string, inputs: RecordInput[]): NewRecord[] => {
  const read = inputs.map((input) => readRecord(zone, input));
  const conflicts = read.flatMap((result) => ('conflict' in result ? [result.conflict] : []));
  if (conflicts.length > 0) throw conflictOf(conflicts);
  return read.flatMap((result) => ('record' in result ? [result.record] : []));
};
