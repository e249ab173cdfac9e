// Registers one bought name, and starts setting it up.
//
// Durable because it spends the customer's money on something that cannot be given back: the price is charged
// before the registrar is asked, a registrar whose answer got lost is asked what became of it and never asked to
// register twice, and a name that cannot be had is credited back by itself. After it the workflow
// `domains.set-up` brings the domain to life; the name stays the customer's whatever becomes of that.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { conflict, rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { Registration } from '../../../providers/contracts/registrar.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import { Failed, failureOf, publicReason } from '../../../workflow/failure.ts';
import { captureCharges, giveBackCharges } from '../billing/index.ts';
import type { Domain } from './domain.ts';
import { moveDomain } from './move.ts';
import { FIRST_RUN, setUp, setUpId } from './set-up.workflow.ts';
import { domainByUid, domainLock, domainUpdate } from './store.ts';

type Context = { db: Db; clock: Clock; providers: Providers };
type Args = { domainUid: string };
/** `platform` says whose mailboxes the domain will hold; null leaves the choice to the installation's own host. */
type Input = Args & { platform: Platform | null };

/** How often a registry that accepted a name is asked whether it is done; some take days. */
const REGISTRY_POLL_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000];

/** One domain is registered by one run, whoever starts it. */
export const registerId = (domainUid: string): string => `domains.register:${domainUid}`;

export const register = defineWorkflow({
  name: 'domains.register',
  steps: {
    checkAvailability: {
      does: 'asks the registrar whether the name is still free',
      run: checkAvailability,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    charge: { does: 'turns the reserved price into a charge', run: charge, undo: creditBack },
    register: {
      does: 'registers the name and notes the registration',
      run: registerName,
      undo: null,
      irreversibleBecause: 'a registry sells for whole years',
      canEndUnknown: true,
      findOutcome: findRegistration,
    },
    lookUp: {
      does: 'asks whether the registry has finished',
      run: lookUp,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    hold: { does: 'marks the name as held', run: hold, undo: null, irreversibleBecause: 'the name is held' },
  },

  async run(flow, { domainUid, platform }: Input) {
    const domain = { domainUid };
    await flow.step('checkAvailability', domain);
    await flow.step('charge', domain);
    let registration = await flow.step('register', domain);
    for (let asked = 0; registration.status === 'pending'; asked += 1) {
      await flow.sleep(REGISTRY_POLL_MS[asked] ?? REGISTRY_POLL_MS.at(-1)!);
      // Not being able to ask says nothing about the registration: only the registry's own answer ends it.
      registration = await flow.step('lookUp', domain).catch(whileItCannotBeAsked(registration));
    }
    if (registration.status === 'failed') {
      throw rejected(
        registration.failureReason ?? 'the registry has no such registration',
        'registration_failed',
      );
    }
    await flow.step('hold', domain);
    await flow.start(setUp, setUpId(domainUid, FIRST_RUN), { domainUid, platform });
  },

  onFailure: ({ db, clock }, { input, failure }) =>
    abandonDomain({ db, clock }, input.domainUid, publicReason(failure)),
});

const whileItCannotBeAsked = (known: Registration) => (error: unknown) => {
  if (error instanceof Failed) return known;
  throw error;
};

/**
 * Ends the registration of a domain: credited back and cancelled, unless the registry holds the name. Then it is
 * the customer's, paid for, and waits as `inactive` for `retry-set-up.job.ts`. Doing it again changes nothing.
 */
export async function abandonDomain(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  domainUid: string,
  reason: string,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    const held = await giveBackUnlessHeld(tx, domainUid, now);
    await moveDomain(tx, domainUid, held ? 'inactive' : 'cancelled', now, { statusReason: reason });
  });
}

async function checkAvailability({ db, providers }: Context, { domainUid }: Args): Promise<void> {
  const domain = await domainOf(db, domainUid);
  const [quote] = await registrarOf(providers, domain).quote([domain.name]);
  if (quote?.available) return;
  throw conflict(`${domain.name} is no longer available`, quote?.unavailableReason ?? 'taken');
}

async function charge({ db, clock }: Context, { domainUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    // The domain before its charge, here and wherever money is given back: locks are taken in one order.
    const domain = await domainLock(tx, domainUid);
    if (domain?.status === 'cancelled') throw rejected('it was cancelled before it was bought', 'cancelled');
    await captureCharges(tx, { type: 'domain', uid: domainUid }, now);
    if (domain?.registrationStage === 'registering') return;
    await domainUpdate(tx, domainUid, { registrationStage: 'registering', registrationStageSince: now }, now);
  });
}

async function creditBack({ db, clock }: Context, { args }: { args: Args }): Promise<void> {
  await inTransaction(db, (tx) => giveBackUnlessHeld(tx, args.domainUid, clock.now()));
}

/** Answers whether the registry holds the name. */
const giveBackUnlessHeld = async (tx: Tx, uid: string, now: Date): Promise<boolean> => {
  const domain = await domainLock(tx, uid);
  if (domain?.registrationId) return true;
  await giveBackCharges(tx, { type: 'domain', uid }, 'it could not be registered', now);
  return false;
};

async function registerName(context: Context, { domainUid }: Args, step: StepRun): Promise<Registration> {
  const { db, providers } = context;
  const domain = await domainOf(db, domainUid);
  const nameservers = await providers
    .dnsHost({ workspaceId: domain.workspaceUid, domain: domain.name })
    .nameservers(domain.name);
  const registration = await registrarOf(providers, domain).register({
    name: domain.name,
    years: domain.registrationYears,
    contact: domain.contact,
    nameservers: nameservers.map(({ name }) => name),
    idempotencyKey: step.key,
  });
  return note(context, domain, registration);
}

async function findRegistration(
  context: Context,
  { domainUid }: Args,
  step: StepRun,
): Promise<FoundOutcome<Registration>> {
  const domain = await domainOf(context.db, domainUid);
  const found = await registrarOf(context.providers, domain).findRegistration({
    name: domain.name,
    idempotencyKey: step.key,
  });
  return found
    ? { outcome: 'happened', result: await note(context, domain, found) }
    : { outcome: 'didNotHappen' };
}

async function lookUp({ db, clock, providers }: Context, { domainUid }: Args): Promise<Registration> {
  const domain = await domainOf(db, domainUid);
  try {
    const found = await registrarOf(providers, domain).findRegistration({ name: domain.name });
    return await note({ db, clock }, domain, found ?? lost(domain));
  } catch (error) {
    const statusReason = `the registry cannot be asked: ${publicReason(failureOf(error))}`;
    await inTransaction(db, (tx) => domainUpdate(tx, domainUid, { statusReason }, clock.now()));
    throw error;
  }
}

/** What a registry that accepted a name and then knows nothing of it means. */
const lost = ({ name }: Domain): Registration => ({
  name,
  registrationId: '',
  status: 'failed',
  failureReason: `the registry has no registration of ${name}`,
  nameservers: [],
  registeredAt: null,
  expiresAt: null,
});

/**
 * Writes down what the registrar has in the step that asked it, so that a held name is never forgotten, and one
 * that the registry refused in the end is not taken for held.
 */
async function note(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  domain: Domain,
  registration: Registration,
): Promise<Registration> {
  const { status, registrationId, nameservers, expiresAt } = registration;
  const held = status !== 'failed';
  const change = {
    registrationId: held ? registrationId : null,
    nameservers: held ? nameservers : [],
    renewalDate: held && expiresAt ? new Date(expiresAt) : null,
    statusReason: null,
  };
  await inTransaction(db, (tx) => domainUpdate(tx, domain.uid, change, clock.now()));
  return registration;
}

async function hold({ db, clock }: Context, { domainUid }: Args): Promise<void> {
  await inTransaction(db, (tx) => moveDomain(tx, domainUid, 'dns_setup_pending', clock.now()));
}

const registrarOf = (providers: Providers, domain: Domain) =>
  providers.registrar({ workspaceId: domain.workspaceUid, domain: domain.name });

const domainOf = async (db: Db, uid: string): Promise<Domain> => {
  const domain = await domainByUid(db, uid);
  if (!domain) throw rejected('the domain is gone', 'domain_gone');
  return domain;
};
