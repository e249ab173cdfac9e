// POST /dns/import: records out of a zone file.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { byCaller, editZone, recordRuleOf } from './edit.ts';
import { dnsConflict, dnsRecordsNotFound, zoneFileRefused, zoneTooLarge } from './errors.ts';
import { type ImportLine, type ImportPlan, planImport } from './import-plan.ts';
import { confirmManaged, ofOneDomain, recordRow, recordShape, whichDomain } from './schema.ts';
import { recordsOf, zoneOfWorkspace } from './store.ts';
import type { Zone } from './zone.ts';

const outcomes = ['added', 'changed', 'already_there', 'refused', 'ignored'] as const;

export const importZone = defineEndpoint<FeatureContext>()({
  operation: 'dns.import',
  summary: 'Import a zone file',
  description:
    'Reads the master file format of RFC 1035 §5 and tells what became of every record in it, with its line. `merge` ' +
    'adds what is not there and leaves out what the zone cannot bear. `replace_custom` also removes the records of ' +
    'your own that the file lacks; when a line is refused it changes nothing. Records the program keeps up are never ' +
    'touched. With `dry_run: true` it only tells.',
  method: 'POST',
  path: '/dns/import',
  scope: 'workspace',
  keepsToDomains: ['uid', 'domain'],
  body: ofOneDomain({
    zone_file: z.string().min(1).max(900_000).meta({ example: 'www 3600 IN A 192.0.2.1\n' }),
    mode: z.enum(['merge', 'replace_custom']).default('merge'),
    dry_run: z.boolean().default(false),
    confirm_managed: confirmManaged,
  }),
  response: z.object({
    uid: z.uuid(),
    domain: z.string(),
    version: z.int(),
    dry_run: z.boolean(),
    summary: z.object({
      added: z.int(),
      changed: z.int(),
      already_there: z.int(),
      refused: z.int(),
      ignored: z.int(),
      removed: z.int(),
    }),
    lines: z.array(
      z.object({
        line: z.int().min(1),
        text: z.string(),
        outcome: z.enum(outcomes),
        record_id: z.uuid().nullable(),
        reason: z.string().nullable(),
        rule: z.string().nullable(),
      }),
    ),
    removed: z.array(recordShape),
  }),
  errors: [dnsRecordsNotFound, dnsConflict, zoneFileRefused, zoneTooLarge],
  async handle({ body, workspace, ...request }, context) {
    const which = whichDomain(body);
    const wish = { text: body.zone_file, mode: body.mode, confirmed: body.confirm_managed ?? false };

    const refuses = await recordRuleOf(context, workspace.uid, which);

    if (body.dry_run) {
      const zone = await zoneOfWorkspace(context.db, workspace.uid, which);
      if (!zone) throw dnsRecordsNotFound('Domain or DNS records not found');
      const current = await recordsOf(context.db, zone.domainUid);
      const plan = planImport({ ...zone, refuses }, current, wish, context.clock.now());
      const message = 'Nothing was imported: this is what would become of each line';
      return { message, ...answer(zone, zone.version, plan, true) };
    }

    return request.commit(async (tx) => {
      let plan: ImportPlan | undefined;
      const by = byCaller(request, `zone file imported (${body.mode})`);
      const target = { workspaceUid: workspace.uid, which, by, refuses };
      const edited = await editZone(tx, context, target, async (zone, current, now) => {
        plan = planImport(zone, current, wish, now);
        const refused = plan.lines.filter(({ outcome }) => outcome === 'refused');
        if (body.mode === 'replace_custom' && refused[0]) {
          throw zoneFileRefused(`Line ${refused[0].line}: ${refused[0].reason}`, { lines: refused });
        }
        return plan.next;
      });
      const message = 'Zone file imported successfully';
      return { message, ...answer(edited.zone, edited.version, plan!, false) };
    });
  },
});

const answer = (zone: Zone, version: number, { lines, removed }: ImportPlan, dryRun: boolean) => ({
  uid: zone.domainUid,
  domain: zone.name,
  version,
  dry_run: dryRun,
  summary: {
    added: countOf(lines, 'added'),
    changed: countOf(lines, 'changed'),
    already_there: countOf(lines, 'already_there'),
    refused: countOf(lines, 'refused'),
    ignored: countOf(lines, 'ignored'),
    removed: removed.length,
  },
  // A record that would be made has no id yet.
  lines: lines.map((line) => (dryRun && line.outcome === 'added' ? { ...line, record_id: null } : line)),
  removed: removed.map((record) => recordRow(zone, record)),
});

const countOf = (lines: ImportLine[], wanted: ImportLine['outcome']): number =>
  lines.filter(({ outcome }) => outcome === wanted).length;
