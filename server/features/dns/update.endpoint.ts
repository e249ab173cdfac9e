// POST /dns/update: changes fields of records; what is not named stays as it is.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { conflictOf, MAX_RECORDS } from './conflicts.ts';
import { byCaller, editedAnswer, editZone, recordRuleOf } from './edit.ts';
import { dnsConflict, dnsRecordNotFound, dnsRecordsNotFound, managedRecord, zoneTooLarge } from './errors.ts';
import { type Conflict, readRecord } from './record-input.ts';
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
import { isManaged, recordKey, type ZoneRecord } from './zone.ts';

const patch = z.strictObject({
  record_id: z.uuid(),
  host: orAbsent(recordHost),
  type: orAbsent(recordType),
  value: orAbsent(recordValue),
  ttl: orAbsent(recordTtl),
  priority: orAbsent(recordPriority),
});
type Patch = z.output<typeof patch>;

export const updateRecords = defineEndpoint<FeatureContext>()({
  operation: 'dns.update',
  summary: 'Update DNS records',
  description:
    'Each record keeps what the request does not name, and its id; no other record is touched. All records are ' +
    'changed, or none when the zone would break a rule.',
  method: 'POST',
  path: '/dns/update',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  body: ofOneDomain({
    records: z
      .array(patch)
      .min(1)
      .max(MAX_RECORDS)
      .refine((records) => new Set(records.map((record) => record.record_id)).size === records.length, {
        error: 'records names a record more than once',
      }),
    confirm_managed: confirmManaged,
  }),
  response: changedZoneShape,
  errors: [dnsRecordsNotFound, dnsRecordNotFound, dnsConflict, managedRecord, zoneTooLarge],
  async handle({ body, workspace, ...request }, context) {
    const which = whichDomain(body);
    const refuses = await recordRuleOf(context, workspace.uid, which);
    return request.commit(async (tx) => {
      const by = byCaller(request, 'records changed');
      const target = { workspaceUid: workspace.uid, which, by, refuses, unconfirmed: !body.confirm_managed };
      const edited = await editZone(tx, context, target, async (zone, current, now) => {
        const next = patched(zone.name, current, body.records, now);
        return next;
      });
      return { message: 'DNS records updated successfully', ...editedAnswer(edited) };
    });
  },
});

const patched = (zone: string, current: ZoneRecord[], patches: Patch[], now: Date): ZoneRecord[] => {
  const byUid = new Map(patches.map((wish) => [wish.record_id, wish]));
  for (const { uid } of current) byUid.delete(uid);
  if (byUid.size > 0) {
    throw dnsRecordNotFound('DNS record not found', { record_ids: [...byUid.keys()] });
  }
  const wishes = new Map(patches.map((wish) => [wish.record_id, wish]));
  const conflicts: Conflict[] = [];
  const next = current.map((record) => {
    const wish = wishes.get(record.uid);
    if (!wish) return record;
    const result = readRecord(zone, merged(record, wish));
    if ('conflict' in result) {
      conflicts.push(result.conflict);
      return record;
    }
    const { purpose } = record;
    const changed = { ...record, ...result.record, purpose };
    if (recordKey(changed) === recordKey(record) && changed.ttlS === record.ttlS) return record;
    return isManaged(record) ? { ...changed, editedAt: now } : changed;
  });
  if (conflicts.length > 0) throw conflictOf(conflicts);
  return next;
};

const merged = (record: ZoneRecord, wish: Patch) => ({
  host: wish.host ?? record.host,
  type: wish.type ?? record.type,
  value: wish.value ?? record.value,
  ttl: wish.ttl ?? record.ttlS,
  priority: wish.priority ?? keptPriority(record, wish),
});

/** A new value may carry a priority of its own, which then counts. */
const keptPriority = ({ type, priority }: ZoneRecord, { value }: Patch): number | undefined => {
  const carries = { MX: /^\s*\d+\s+\S/, SRV: /^\s*\d+\s+\d+\s+\d+\s+\S/ }[type];
  return value !== undefined && carries?.test(value) ? undefined : (priority ?? undefined);
};
