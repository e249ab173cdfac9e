// Waits until the owner of a connected domain has pointed it at our nameservers, and then has it set up.
//
// Durable because owners take their time: it goes on waiting over restarts, for as long as the installation allows.
// Nothing but an empty zone is published before: anybody can name a domain, only its owner can delegate it. The zone is
// there from the start because registries ask the nameservers before they delegate to them (RFC 1034 §4.2.2). A wait
// that ends in vain leaves the domain as `expired_propagation`; asking about it again begins another.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import type { FeatureSettings } from '../context.ts';
import { publishZone, putManagedRecords, readDelegation, zoneByDomain } from '../dns/index.ts';
import { isAwaited, isDelegatedTo, noteDelegation } from './connection.ts';
import type { Domain } from './domain.ts';
import { moveDomain } from './move.ts';
import { domainByUid, domainLock } from './store.ts';

type Context = {
  db: Db;
  clock: Clock;
  providers: Providers;
  workflows: WorkflowStarter;
  settings: FeatureSettings;
};
/** `run` is `domain.runs` of the wait; a wait that was followed by another ends. */
type Args = { domainUid: string; run: number };

const FIRST_LOOK_MS = 200;

export const connectId = (domainUid: string, run: number): string => `domains.connect:${domainUid}:${run}`;

export const connect = defineWorkflow({
  name: 'domains.connect',
  steps: {
    hostZone: {
      does: 'has our nameservers answer for the domain, with an empty zone',
      run: hostZone,
      undo: null,
      irreversibleBecause: 'the zone serves the next wait',
    },
    ask: {
      does: 'asks the parent where it sends the world, and has the domain set up when that is us',
      run: ask,
      undo: null,
      irreversibleBecause: 'a delegation that was seen was seen',
    },
    expire: {
      does: 'ends the wait',
      run: expire,
      undo: null,
      irreversibleBecause: 'another wait can begin',
    },
  },

  async run(flow, wait: Args) {
    const { propagation, connectExpiresMs } = flow.context.settings;
    await flow.step('hostZone', wait);
    for (let waitMs = FIRST_LOOK_MS, waitedMs = 0; ; waitMs = Math.min(waitMs * 2, propagation.pollMs)) {
      if (!(await flow.step('ask', wait))) return;
      if (waitedMs >= connectExpiresMs) break;
      await flow.sleep(waitMs);
      waitedMs += waitMs;
    }
    await flow.step('expire', wait);
  },

  onFailure: ({ db, clock }, { input, failure }) =>
    whileAwaited(db, input, (tx) =>
      moveDomain(tx, input.domainUid, 'inactive', clock.now(), { statusReason: publicReason(failure) }),
    ),
});

/** Begins another wait for a connected domain that is locked: its parent is asked from now on. */
export const awaitDelegation = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  domain: Domain,
  nameservers: string[],
  now: Date,
): Promise<void> => {
  const run = domain.runs + 1;
  await moveDomain(tx, domain.uid, 'waiting_for_dns_propagation', now, {
    runs: run,
    nameservers,
    nameserverMatchStatus: 'pending',
    dnsPropagationStatus: 'pending',
    statusReason: `its nameservers have to be set to ${nameservers.join(' and ')} at its registrar`,
  });
  await workflows.start(tx, connect, connectId(domain.uid, run), { domainUid: domain.uid, run });
};

async function hostZone(context: Context, wait: Args): Promise<void> {
  const { db, clock } = context;
  await whileAwaited(db, wait, async (tx, domain) => {
    // A zone that is there holds what an earlier set-up or its owner put there.
    if (await zoneByDomain(tx, domain.uid)) return;
    const zone = { domainUid: domain.uid, workspaceUid: domain.workspaceUid, name: domain.name };
    await putManagedRecords(tx, zone, [], clock.now());
  });
  await publishZone(context, wait.domainUid);
}

/** Answers whether there is still something to wait for. */
async function ask(context: Context, wait: Args): Promise<boolean> {
  const { db, clock } = context;
  const domain = await domainByUid(db, wait.domainUid);
  if (!domain) return false;
  const delegation = await readDelegation(context, domain);
  let goesOn = false;
  await whileAwaited(db, wait, async (tx, held) => {
    await noteDelegation(tx, context, held, delegation, clock.now());
    goesOn = !isDelegatedTo(held.nameservers, delegation);
  });
  return goesOn;
}

async function expire({ db, clock, settings }: Context, wait: Args): Promise<void> {
  const hours = Math.round(settings.connectExpiresMs / 3_600_000);
  await whileAwaited(db, wait, (tx, { uid, nameservers }) =>
    moveDomain(tx, uid, 'expired_propagation', clock.now(), {
      statusReason: `it was not pointed at ${nameservers.join(' and ')} within ${hours} hours`,
    }),
  );
}

/** Acts on the domain, locked, unless this wait is over: set up, removed, or followed by another wait. */
const whileAwaited = (
  db: Db,
  { domainUid, run }: Args,
  act: (tx: Tx, domain: Domain) => Promise<unknown>,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const domain = await domainLock(tx, domainUid);
    if (domain && isAwaited(domain) && domain.runs === run) await act(tx, domain);
  });
