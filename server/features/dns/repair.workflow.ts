// Carries a repair to the outside: the delegation to the registrar, the zone to the DNS host, and the proof that
// every nameserver shows it.
//
// Durable because registrars and DNS hosts are down when things are broken, and because a repair that stops half way
// would be a second damage. The zone itself was mended when the repair was asked for; every step may be repeated.
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import type { FeatureSettings } from '../context.ts';
import { unseenRecords, untilSeen } from './prove.ts';
import { notePublishFailure, putStep } from './publish.workflow.ts';
import { zoneByDomain } from './store.ts';
import { tellOnce } from './tell.ts';
import type { Zone } from './zone.ts';

type Context = { db: Db; clock: Clock; providers: Providers; settings: FeatureSettings };
type Args = { domainUid: string };
type Input = Args & {
  /** What the registrar is to be told; null when it has that. */
  nameservers: string[] | null;
};

export const repairId = (domainUid: string, id: string): string => `dns.repair:${domainUid}:${id}`;

export const repair = defineWorkflow({
  name: 'dns.repair',
  steps: {
    delegate: {
      does: 'tells the registrar the nameservers of the zone',
      run: delegate,
      undo: null,
      irreversibleBecause: 'what was there before was wrong',
      canEndUnknown: true,
      findOutcome: findDelegated,
    },
    put: putStep,
    prove: {
      does: 'asks every nameserver for every record',
      run: unseenRecords,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    finish: {
      does: 'tells that the zone is as it should be',
      run: finish,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, { domainUid, nameservers }: Input) {
    if (nameservers) await flow.step('delegate', { domainUid, nameservers });
    await flow.step('put', { domainUid });
    await untilSeen(flow, () => flow.step('prove', { domainUid }));
    await flow.step('finish', { domainUid });
  },

  async onFailure(context, { input, failure }, step) {
    await notePublishFailure(context, input.domainUid, failure.message);
    const why = { step: failure.step, reason: failure.message };
    await tellOnce(context, input.domainUid, 'dns.repair_failed', step.key, why);
  },
});

const registrarOf = ({ providers }: Context, zone: Zone) =>
  providers.registrar({ workspaceId: zone.workspaceUid, domain: zone.name });

async function delegate(
  context: Context,
  { domainUid, nameservers }: Args & { nameservers: string[] },
): Promise<void> {
  const zone = await zoneByDomain(context.db, domainUid);
  if (zone) await registrarOf(context, zone).setNameservers(zone.name, nameservers);
}

async function findDelegated(
  context: Context,
  { domainUid, nameservers }: Args & { nameservers: string[] },
): Promise<FoundOutcome<void>> {
  const zone = await zoneByDomain(context.db, domainUid);
  const found = zone && (await registrarOf(context, zone).findRegistration({ name: zone.name }));
  return found?.nameservers.toSorted().join() === nameservers.toSorted().join()
    ? { outcome: 'happened', result: undefined }
    : { outcome: 'didNotHappen' };
}

async function finish(context: Context, { domainUid }: Args, step: StepRun): Promise<void> {
  await tellOnce(context, domainUid, 'dns.repaired', step.key, {});
}
