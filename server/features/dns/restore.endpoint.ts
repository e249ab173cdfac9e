// POST /dns/restore: a zone goes back to what it was, as a new version.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { byCaller, editedAnswer, editZone, recordRuleOf } from './edit.ts';
import { dnsConflict, dnsRecordsNotFound, dnsVersionNotFound, zoneTooLarge } from './errors.ts';
import { changedZoneShape, ofOneDomain, whichDomain } from './schema.ts';
import { recordsOfVersion } from './store.ts';
import { revived } from './version.ts';
import { type NewRecord, recordKey, type ZoneRecord } from './zone.ts';

export const restoreVersion = defineEndpoint<FeatureContext>()({
  operation: 'dns.restore',
  summary: 'Restore a version of a zone',
  description:
    'The zone holds again what it held after that version, records the program keeps up included, each under its old ' +
    'id. Only the keys that mail is signed with stay the present ones. Nothing is lost: the restored state is a new ' +
    'version, and every version before it stays.',
  method: 'POST',
  path: '/dns/restore',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  body: ofOneDomain({ version: z.int().min(1).max(2_147_483_647) }),
  response: changedZoneShape,
  errors: [dnsRecordsNotFound, dnsVersionNotFound, dnsConflict, zoneTooLarge],
  async handle({ body, workspace, ...request }, context) {
    const which = whichDomain(body);
    const refuses = await recordRuleOf(context, workspace.uid, which);
    return request.commit(async (tx) => {
      const by = byCaller(request, `version ${body.version} restored`);
      const target = { workspaceUid: workspace.uid, which, by, refuses };
      const edited = await editZone(tx, context, target, async (zone, current, now) => {
        const kept = await recordsOfVersion(tx, zone.domainUid, body.version);
        if (!kept) throw dnsVersionNotFound('Version not found', { current_version: zone.version });
        return restored(kept.map(revived), current, zone.managed, now);
      });
      return { message: 'Version restored successfully', ...editedAnswer(edited) };
    });
  },
});

/**
 * The records of the version, with the signing keys of today: an old key's record would be of no use, and without
 * the present one the mail that is sent now could not be checked. A managed record that is not what the program
 * declares today is its owner's word from now on, as if it had been changed by hand.
 */
const restored = (
  kept: ZoneRecord[],
  current: ZoneRecord[],
  declared: NewRecord[],
  now: Date,
): ZoneRecord[] => {
  const isKey = ({ purpose }: NewRecord) => purpose === 'dkim';
  const today = new Set(declared.map(recordKey));
  const present = new Map(current.map((record) => [record.uid, record]));
  return [...kept.filter((record) => !isKey(record)), ...current.filter(isKey)].map((record) => {
    const known = present.get(record.uid);
    if (known && recordKey(known) === recordKey(record) && known.ttlS === record.ttlS) return known;
    const strays = record.purpose !== 'custom' && !today.has(recordKey(record));
    return { ...record, editedAt: strays ? (record.editedAt ?? now) : null };
  });
};
