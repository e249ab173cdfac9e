// POST /dns/repair: mends what is wrong with zones by the smallest change.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { diagnose, shownValue } from './diagnose.ts';
import { byCaller } from './edit.ts';
import { type Examination, examineZone } from './examine.ts';
import { needsRepair } from './health.ts';
import { repair, repairId } from './repair.workflow.ts';
import { forEachOf, ofSomeDomains, type ReadPlatforms, type Requested, readRequested } from './requested.ts';
import { recordsOf, zoneLock, zoneSetOwners } from './store.ts';
import { isWrong } from './verdict.ts';
import { type By, type KeptRecord, writeVersion } from './version.ts';

const actionShape = z
  .object({
    what: z.enum(['added', 'changed', 'removed', 'published', 'delegated']),
    host: z.string().nullable(),
    type: z.string().nullable(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    why: z.string(),
  })
  .meta({ id: 'DnsRepairAction' });
type Action = z.infer<typeof actionShape>;

const resultShape = z.object({
  domain: z.string(),
  uid: z.uuid().nullable(),
  status: z.enum(['repaired', 'healthy', 'failed']),
  error_message: z.string().nullable(),
  version: z.int().nullable().meta({ description: 'Of the zone after the repair' }),
  restore_version: z.int().nullable().meta({ description: 'Of the zone before it, for POST /dns/restore' }),
  actions: z.array(actionShape),
});
type Result = z.infer<typeof resultShape>;

/**
 * Which of these domains were bought here. Only their delegation is changed: the registrar's account may hold names
 * that a workspace merely connected, and pointing such a name here would prove a claim that nobody made good.
 */
export type ReadBought = (tx: Tx, domainUids: string[]) => Promise<Set<string>>;

export const repairDomains = (readPlatforms: ReadPlatforms, readBought: ReadBought) =>
  defineEndpoint<FeatureContext>()({
    operation: 'dns.repair',
    summary: 'Repair DNS',
    description:
      'Does what `POST /dns/verify` says is to be done: puts back records that the mail needs, takes out those that ' +
      'break a rule, has the zone published again, and corrects the delegation where the registrar of this ' +
      'installation holds the name. Records of your own that do no harm are never touched. The zone is changed when ' +
      'the answer comes; the DNS host and the registrar follow by a workflow that survives a restart.',
    method: 'POST',
    path: '/dns/repair',
    scope: 'workspace',
    keepsToDomains: ['domain', 'domains', 'uid', 'uids'],
    rateLimit: 'dns_check',
    body: ofSomeDomains,
    response: z.object({
      summary: z.object({
        total_requested: z.int(),
        total_repaired: z.int(),
        total_healthy: z.int(),
        total_failed: z.int(),
        actions: z.int(),
      }),
      results: z.array(resultShape),
    }),
    errors: [],
    async handle({ body, workspace, ...request }, context) {
      const requested = await readRequested(context.db, readPlatforms, workspace.uid, body);
      const examined = await forEachOf(requested, (one) => examine(context, one));
      return request.commit(async (tx) => {
        const by = byCaller(request, 'repaired');
        const results = new Map<Examined, Result>();
        const bought = await readBought(tx, examined.map(uidOf).filter(isKnown));
        // In one order of locks, whatever order was asked in.
        for (const one of examined.toSorted((a, b) => (uidOf(a) < uidOf(b) ? -1 : 1))) {
          results.set(one, await mend(tx, context, one, by, bought.has(uidOf(one))));
        }
        const inOrder = examined.map((one) => results.get(one)!);
        const count = (status: Result['status']) =>
          inOrder.filter((result) => result.status === status).length;
        return {
          message: 'DNS repair completed',
          summary: {
            total_requested: inOrder.length,
            total_repaired: count('repaired'),
            total_healthy: count('healthy'),
            total_failed: count('failed'),
            actions: inOrder.reduce((sum, { actions }) => sum + actions.length, 0),
          },
          results: inOrder,
        };
      });
    },
  });

type Examined = { examination: Examination } | { asked: string; failure: string };

const uidOf = (one: Examined): string =>
  'examination' in one ? one.examination.zone.domainUid : `~${one.asked}`;

const isKnown = (uid: string): boolean => !uid.startsWith('~');

const examine = async (context: FeatureContext, { asked, found }: Requested): Promise<Examined> => {
  if (!found) return { asked, failure: 'Domain or DNS records not found' };
  try {
    return { examination: await examineZone(context, found.zone, found.records, found.platform) };
  } catch (error) {
    if (error instanceof ProviderFailure) return { asked: found.zone.name, failure: error.message };
    throw error;
  }
};

const failed = (domain: string, message: string): Result => ({
  domain,
  uid: null,
  status: 'failed',
  error_message: message,
  version: null,
  restore_version: null,
  actions: [],
});

/** Diagnoses again under the zone's lock: it may have changed since servers were asked. */
const mend = async (
  tx: Tx,
  { clock, workflows }: Pick<FeatureContext, 'clock' | 'workflows'>,
  examined: Examined,
  by: By,
  mayDelegate: boolean,
): Promise<Result> => {
  if (!('examination' in examined)) return failed(examined.asked, examined.failure);
  const { examination } = examined;
  const { domainUid, name } = examination.zone;
  const zone = await zoneLock(tx, domainUid);
  if (!zone) return failed(name, 'Domain or DNS records not found');
  const now = clock.now();
  const current = await recordsOf(tx, domainUid);
  const { owners } = examination.zone;
  if (owners !== null) await zoneSetOwners(tx, domainUid, owners);
  const { records, managed, findings } = diagnose({ ...zone, owners }, current, examination.keys, now);
  const { version, changes } = await writeVersion(tx, zone, { current, next: records, managed }, by, now);

  const whyOf = (record: KeptRecord) =>
    findings.find(({ uid, found }) => uid === record.uid || found.includes(shownValue(record)))?.why ??
    'So that what others allowed is still allowed.';
  const actions = changes.map(({ before, after }): Action => {
    const { host, type } = (after ?? before)!;
    return {
      what: before === null ? 'added' : after === null ? 'removed' : 'changed',
      host,
      type,
      before: before && shownValue(before),
      after: after && shownValue(after),
      why: whyOf((after ?? before)!),
    };
  });
  const rest = { host: null, type: null, before: null, after: null };
  const { delegation } = examination;
  const delegates = isWrong(delegation.status) && delegation.changeable && mayDelegate;
  if (delegates) {
    const before = delegation.nameservers?.join(' ') ?? null;
    const why = 'The world was sent to other nameservers.';
    actions.push({ ...rest, what: 'delegated', before, after: delegation.expected.join(' '), why });
  }
  if (needsRepair(examination) || changes.length > 0) {
    const why = changes.length > 0 ? 'The zone was changed.' : 'Servers did not show what the zone holds.';
    actions.push({ ...rest, what: 'published', why });
    await workflows.start(tx, repair, repairId(domainUid, newId()), {
      domainUid,
      nameservers: delegates ? delegation.expected : null,
    });
  }
  return {
    domain: name,
    uid: domainUid,
    status: actions.length > 0 ? 'repaired' : 'healthy',
    error_message: null,
    version,
    restore_version: zone.version > 0 ? zone.version : null,
    actions,
  };
};
