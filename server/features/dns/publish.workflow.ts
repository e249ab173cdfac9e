// Has the DNS host publish a zone that was changed.
//
// Durable because the change is committed before anybody outside has heard of it: a process that dies in between,
// or a DNS host that is down for an hour, must not leave the world with the old zone. Each version of a zone has its
// own run; a run publishes whatever the zone holds by then, so that a late one does no harm. Its step is also that of
// the workflows that publish and then prove.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { defineWorkflow, type FoundOutcome, type StepSpec } from '../../../workflow/definition.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { recordEvents } from '../events/index.ts';
import { teamOfWorkspace } from '../workspaces/index.ts';
import { publishZone, zoneIsPublished } from './publish.ts';
import { zoneLock, zoneSetPublishError } from './store.ts';

type Context = { db: Db; clock: Clock; providers: Providers };
type Args = { domainUid: string };

export const publishId = (domainUid: string, version: number): string =>
  `dns.publish:${domainUid}:${version}`;

/** The step `put` of every workflow that publishes a zone. */
export const putStep: StepSpec<Context, Args, void> = {
  does: 'has the DNS host hold exactly what the zone holds',
  run: put,
  undo: null,
  irreversibleBecause: 'what is published is what was committed',
  canEndUnknown: true,
  findOutcome: findPut,
};

export const publish = defineWorkflow({
  name: 'dns.publish',
  steps: { put: putStep },

  async run(flow, { domainUid }: Args) {
    await flow.step('put', { domainUid });
  },

  onFailure: ({ db, clock }, { input, failure }) =>
    notePublishFailure({ db, clock }, input.domainUid, failure.message),
});

/** Has a zone published again whose last try failed, or that has yet to be; one that is published is left alone. */
export const publishAgain = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  domainUid: string,
): Promise<void> => {
  const zone = await zoneLock(tx, domainUid);
  if (!zone || (zone.publishedVersion >= zone.version && zone.publishError === null)) return;
  await workflows.start(tx, publish, `${publishId(domainUid, zone.version)}:${newId()}`, { domainUid });
};

function put(context: Context, { domainUid }: Args): Promise<void> {
  return publishZone(context, domainUid);
}

async function findPut(context: Context, { domainUid }: Args): Promise<FoundOutcome<void>> {
  return (await zoneIsPublished(context, domainUid))
    ? { outcome: 'happened', result: undefined }
    : { outcome: 'didNotHappen' };
}

/** Leaves the reason where the zone's owner sees it, unless somebody published the zone meanwhile. */
export const notePublishFailure = (
  { db, clock }: { db: Db; clock: Clock },
  domainUid: string,
  reason: string,
) =>
  inTransaction(db, async (tx) => {
    const zone = await zoneLock(tx, domainUid);
    if (!zone || zone.publishedVersion >= zone.version || zone.publishError === reason) return;
    await zoneSetPublishError(tx, domainUid, reason);
    await recordEvents(tx, [
      {
        teamUid: await teamOfWorkspace(tx, zone.workspaceUid),
        workspaceUid: zone.workspaceUid,
        type: 'dns.publish_failed',
        subjectType: 'domain',
        subjectUid: domainUid,
        data: { name: zone.name, version: zone.version, reason },
        occurredAt: clock.now(),
      },
    ]);
  });
