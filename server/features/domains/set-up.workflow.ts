// Brings a held domain to life: mail keys, zone, and the proof that its nameservers answer for all of it.
//
// Durable because the proof can take hours where DNS is hosted elsewhere, and because a restart in the middle
// must not leave a domain half published. Nothing is bought here, and every step may be repeated. A host that is
// away is waited for; when a run gives up, the domain is `inactive` with the reason, and a later run
// (`retry-set-up.job.ts`) takes it up where this one left it.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { toAbsolute } from '../../../protocols/dns/names.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { MailDomainSetup, Platform } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { Failed, failureOf, publicReason } from '../../../workflow/failure.ts';
import type { FeatureSettings } from '../context.ts';
import {
  askForRecords,
  hostedRecord,
  leftToOwner,
  noteOwnersRecords,
  publishZone,
  putManagedRecords,
  recordsOf,
  removeZone,
  zoneByDomain,
} from '../dns/index.ts';
import { type Domain, isGone, isInAccount } from './domain.ts';
import { moveDomain } from './move.ts';
import { publishForwards } from './published.ts';
import { domainByUid, domainLock, domainUpdate, liveDomainsByName } from './store.ts';
import { zoneRecords } from './zone-records.ts';

type Context = { db: Db; clock: Clock; providers: Providers; settings: FeatureSettings };
type Args = { domainUid: string };
/** `platform` says whose mailboxes the domain will hold; null leaves the choice to the installation's own host. */
type PlatformArgs = Args & { platform: Platform | null };

const FIRST_LOOK_MS = 200;
/** Between two tries when a host is away, beyond what the retry policy waited already. */
const HOST_AWAY_MS = 15 * 60_000;

export const FIRST_RUN = 1;
export const setUpId = (domainUid: string, run: number): string => `domains.set-up:${domainUid}:${run}`;

/** Failures that say nothing about the domain: the same call may succeed when somebody has looked after the cause. */
const mayPass = new Set<string>([
  'transient',
  'rateLimited',
  'unauthorized',
  'insufficientFunds',
  'unexpected',
]);

export const setUp = defineWorkflow({
  name: 'domains.set-up',
  steps: {
    prepareMail: {
      does: 'has the mailbox host make the domain’s keys',
      run: prepareMail,
      undo: null,
      irreversibleBecause: 'the keys serve the next run',
    },
    writeZone: {
      does: 'writes down what the zone must hold',
      run: writeZone,
      undo: null,
      irreversibleBecause: 'the records serve the next run',
    },
    publish: {
      does: 'has the DNS host publish the zone',
      run: publish,
      undo: null,
      irreversibleBecause: 'the zone serves the next run',
    },
    ask: {
      does: 'asks every nameserver for every record',
      run: ask,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    tell: {
      does: 'says what is being waited for',
      run: tell,
      undo: null,
      irreversibleBecause: 'it only tells',
    },
    activate: {
      does: 'marks the domain as active',
      run: activate,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, { domainUid, platform }: PlatformArgs) {
    const { pollMs, giveUpAfterMs } = flow.context.settings.propagation;
    let waitedMs = 0;
    const wait = async (ms: number, reason: string) => {
      if (waitedMs >= giveUpAfterMs) throw rejected(reason, 'domain_not_set_up');
      await flow.sleep(ms);
      waitedMs += ms;
    };
    const patiently = async <T>(act: () => Promise<T>): Promise<T> => {
      for (;;) {
        try {
          return await act();
        } catch (error) {
          if (!(error instanceof Failed) || !mayPass.has(error.failure.kind)) throw error;
          const reason = publicReason(error.failure);
          await flow.step('tell', { domainUid, reason });
          await wait(HOST_AWAY_MS, reason);
        }
      }
    };

    const setup = await patiently(() => flow.step('prepareMail', { domainUid, platform }));
    await patiently(() => flow.step('writeZone', { domainUid, setup }));
    await patiently(() => flow.step('publish', { domainUid }));
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, pollMs)) {
      const missing = await patiently(() => flow.step('ask', { domainUid }));
      if (missing.length === 0) break;
      await wait(waitMs, `the nameservers do not answer for ${missing.join(', ')}`);
    }
    await patiently(() => flow.step('activate', { domainUid, platform }));
  },

  async onFailure(context, { input, failure }) {
    const { db, clock } = context;
    if (await takeBackRemoved(context, input)) return;
    await inTransaction(db, async (tx) => {
      const domain = await domainLock(tx, input.domainUid);
      if (!domain || isLeaving(domain)) return;
      // Set up is set up: the step that said so may have lost its answer, not its effect.
      if (domain.status === 'active' && domain.mailPlatform !== null) return;
      await moveDomain(tx, input.domainUid, 'inactive', clock.now(), {
        statusReason: publicReason(failure),
        dnsPropagationStatus: 'failed',
      });
    });
  },
});

const isLeaving = (domain: Domain): boolean => domain.status === 'scheduled_for_deletion' || isGone(domain);

/**
 * A domain can be removed while it is being set up, and what a step made after the removal had looked would be left.
 * Answers whether the domain was removed. One that has the name by now keeps what there is under it.
 */
async function takeBackRemoved(
  { db, providers }: Context,
  { domainUid, platform }: PlatformArgs,
): Promise<boolean> {
  const domain = await domainByUid(db, domainUid);
  if (!domain || !isLeaving(domain)) return false;
  const holders = await liveDomainsByName(db, [domain.name]);
  if (holders.some(({ uid }) => uid !== domainUid)) return true;
  // Where mailboxes are still there, the removal has yet to come to them and to this.
  const kept = async (error: unknown) => {
    if (failureOf(error).reason !== 'domain_in_use') throw error;
  };
  await mailHostOf(providers, domain, platform).removeDomain(domain.name).catch(kept);
  await removeZone({ db, providers }, { ...domain, domainUid });
  return true;
}

/** Says what is being waited for, where the customer looks. */
async function tell({ db, clock }: Context, { domainUid, reason }: Args & { reason: string }): Promise<void> {
  await withDomainLocked(db, domainUid, (tx) =>
    domainUpdate(tx, domainUid, { statusReason: reason }, clock.now()),
  );
}

function prepareMail(
  { db, providers }: Context,
  { domainUid, platform }: PlatformArgs,
): Promise<MailDomainSetup> {
  return withDomain(db, domainUid, (domain) =>
    mailHostOf(providers, domain, platform).setUpDomain({
      name: domain.name,
      workspaceId: domain.workspaceUid,
    }),
  );
}

/** Of the mailboxes it will hold; where nobody says, of those it was set up for before. */
const platformOf = (domain: Domain, platform: Platform | null): Platform =>
  platform ?? domain.mailPlatform ?? 'SMTP';

const mailHostOf = (providers: Providers, domain: Domain, platform: Platform | null) =>
  providers.mailboxHost(platformOf(domain, platform), {
    workspaceId: domain.workspaceUid,
    domain: domain.name,
  });

async function writeZone(
  { db, clock, providers, settings }: Context,
  { domainUid, setup }: Args & { setup: MailDomainSetup },
): Promise<void> {
  const owners = await withDomain(db, domainUid, (domain) => readOwners(providers, domain));
  await withDomainLocked(db, domainUid, async (tx, domain) => {
    const now = clock.now();
    const zone = { domainUid, workspaceUid: domain.workspaceUid, name: domain.name };
    if (owners) await noteOwnersRecords(tx, zone, owners, now);
    await putManagedRecords(tx, zone, zoneRecords(domain, setup, settings.webAddress), now);
    await publishForwards(tx, domain, now);
  });
}

/** What the owner keeps in the zone, which ours give way to; null where it is ours alone. */
const readOwners = async (providers: Providers, domain: Domain): Promise<HostedRecord[] | null> =>
  isInAccount(domain)
    ? providers.dnsHost({ workspaceId: domain.workspaceUid, domain: domain.name }).ownersRecords(domain.name)
    : null;

async function publish(context: Context, { domainUid }: Args): Promise<void> {
  await publishZone(context, domainUid);
  await withDomainLocked(context.db, domainUid, async (tx, domain) => {
    // A zone in an account of its owner's was delegated before, and is active from the start.
    if (domain.status === 'active') return;
    await moveDomain(tx, domainUid, 'waiting_for_dns_propagation', context.clock.now(), {
      dnsPropagationStatus: 'waiting',
    });
  });
}

/** Answers what is not seen yet, as `TYPE name at nameserver`. */
function ask({ db, clock, providers, settings }: Context, { domainUid }: Args): Promise<string[]> {
  return withDomain(db, domainUid, async (domain) => {
    const host = providers.dnsHost({ workspaceId: domain.workspaceUid, domain: domain.name });
    const nameservers = await host.nameservers(domain.name);
    const delegation = nameservers.map(
      ({ name }): HostedRecord => ({
        id: name,
        name: domain.name,
        type: 'NS',
        ttlS: 0,
        data: toAbsolute(name),
      }),
    );
    const records = (await recordsOf(db, domainUid)).map((record) => hostedRecord(domain.name, record));
    const sightings = await askForRecords(nameservers, [...delegation, ...records], settings);
    await inTransaction(db, (tx) =>
      domainUpdate(tx, domainUid, { lastNameserverCheck: clock.now() }, clock.now()),
    );
    return sightings
      .filter(({ missing }) => missing.length > 0)
      .map(({ type, name, nameserver }) => `${type} ${name} at ${nameserver}`);
  });
}

async function activate({ db, clock }: Context, { domainUid, platform }: PlatformArgs): Promise<void> {
  await withDomainLocked(db, domainUid, async (tx, domain) =>
    moveDomain(tx, domainUid, 'active', clock.now(), {
      statusReason: await whatIsLeftOut(tx, domain),
      mailPlatform: platformOf(domain, platform),
      dnsPropagationStatus: 'propagated',
      nameserverMatchStatus: 'matched',
      actualNameservers: domain.nameservers,
    }),
  );
}

/** Mail records that give way to those of the zone's owner, in words; null when all of ours are there. */
const whatIsLeftOut = async (tx: Tx, { uid }: Domain): Promise<string | null> => {
  const zone = await zoneByDomain(tx, uid);
  const left = zone?.owners ? leftToOwner(zone) : [];
  return left.length > 0
    ? `its zone has ${left.join(' and ')} records of its owner's, so that ours were left out; POST /v1/api/dns/verify says what to do`
    : null;
};

const withDomain = async <T>(db: Db, uid: string, act: (domain: Domain) => Promise<T>): Promise<T> => {
  return act(present(await domainByUid(db, uid)));
};

/** The same in a transaction that holds the domain, so that nobody removes it meanwhile. */
const withDomainLocked = <T>(db: Db, uid: string, act: (tx: Tx, domain: Domain) => Promise<T>): Promise<T> =>
  inTransaction(db, async (tx) => act(tx, present(await domainLock(tx, uid))));

const present = (domain: Domain | null): Domain => {
  if (!domain || isLeaving(domain)) throw rejected('the domain was removed', 'domain_gone');
  return domain;
};
