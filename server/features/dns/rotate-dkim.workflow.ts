// Changes the keys that mail of a domain is signed with, without a moment in which a signature cannot be checked:
// make new keys, publish them beside the old, prove them on every nameserver, sign with them, wait until no mail
// signed with the old ones is under way any more, forget the old.
//
// Durable because the wait takes days. Until mail is signed with the new keys everything can be undone; from then on
// nothing is, since both old and new are published and every signature can be checked. What holds at every moment,
// whatever fails: a key that signs, or has signed mail that is under way, is published.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { ProviderFailure, rejected, transient } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { HeldDkimKey, Platform } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import type { FeatureSettings } from '../context.ts';
import { DKIM, dkimHost, dkimRecord } from './dkim.ts';
import { mailboxHostOf } from './examine.ts';
import { withManaged } from './managed.ts';
import { unseenAmong, untilSeen } from './prove.ts';
import { publish, publishId, putStep } from './publish.workflow.ts';
import { DEFAULT_TTL_S } from './record-input.ts';
import { recordsOf, zoneByDomain, zoneLock, zoneSetRotation } from './store.ts';
import { tellOnce } from './tell.ts';
import { writeVersion } from './version.ts';
import type { DkimRotation, NewRecord, Zone, ZoneRecord } from './zone.ts';

type Context = {
  db: Db;
  clock: Clock;
  providers: Providers;
  settings: FeatureSettings;
  workflows: WorkflowStarter;
};
/** `platform` says whose mailboxes the domain holds; null when it has none yet. */
type Input = { domainUid: string; platform: Platform | null };

const DAY_MS = 24 * 3_600_000;
/**
 * How long mail is under way at most: two days in our own queue, and what receivers, which queue and forward on their
 * own, may need on top (five days are usual, RFC 5321 §4.5.4.1).
 */
const UNDER_WAY_MS = 7 * DAY_MS;

export const rotationId = (domainUid: string, id: string): string => `dns.rotate-dkim:${domainUid}:${id}`;

export const rotateDkim = defineWorkflow({
  name: 'dns.rotate-dkim',
  steps: {
    addKeys: {
      does: 'has the mailbox host make the new keys',
      run: addKeys,
      undo: forgetKeys,
      canEndUnknown: true,
      findOutcome: findAddedKeys,
    },
    writeRecords: {
      does: 'writes the records of the new keys into the zone, beside the old',
      run: writeRecords,
      undo: removeUnusedRecords,
    },
    put: putStep,
    prove: {
      does: 'asks every nameserver for the records of the new keys',
      run: prove,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    activate: {
      does: 'has mail signed with the new keys',
      run: activate,
      undo: null,
      irreversibleBecause: 'mail signed with them is under way, and both old and new are published',
      canEndUnknown: true,
      findOutcome: findActivated,
    },
    retireKeys: {
      does: 'has the mailbox host forget the old keys',
      run: retireKeys,
      undo: null,
      irreversibleBecause: 'no mail signed with them is under way',
      canEndUnknown: true,
      findOutcome: findRetired,
    },
    removeRecords: {
      does: 'takes the records of the old keys out of the zone, and has it published',
      run: removeRecords,
      undo: null,
      irreversibleBecause: 'the keys are gone',
    },
    finish: {
      does: 'marks the change of keys as done',
      run: finish,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, input: Input) {
    const selectors = await flow.step('addKeys', input);
    await flow.step('writeRecords', { ...input, selectors });
    await flow.step('put', { domainUid: input.domainUid });
    await untilSeen(flow, () => flow.step('prove', { ...input, selectors }));
    const { retireAfterMs } = await flow.step('activate', { ...input, selectors });
    await flow.sleep(retireAfterMs);
    await flow.step('retireKeys', { ...input, selectors });
    await flow.step('removeRecords', { ...input, selectors });
    await flow.step('finish', { domainUid: input.domainUid, selectors });
  },

  async onFailure(context, { input, failure }, step) {
    await setRotation(context, input.domainUid, null);
    const why = { step: failure.step, reason: failure.message };
    await tellOnce(context, input.domainUid, 'dns.dkim_rotation_failed', step.key, why);
  },
});

type WithKeys = Input & { selectors: string[] };

async function zoneOf({ db }: Context, domainUid: string): Promise<Zone> {
  const zone = await zoneByDomain(db, domainUid);
  if (!zone) throw rejected('the domain is gone', 'domain_gone');
  return zone;
}

const hostOfMail = ({ providers }: Context, zone: Zone, { platform }: Input) =>
  mailboxHostOf(providers, zone, platform);

const selectorsOf = (keys: HeldDkimKey[], state?: HeldDkimKey['state']): string[] =>
  keys.filter((key) => state === undefined || key.state === state).map(({ selector }) => selector);

async function addKeys(context: Context, input: Input): Promise<string[]> {
  const zone = await zoneOf(context, input.domainUid);
  const keys = await hostOfMail(context, zone, input).addDkimKeys(zone.name);
  if (keys.length === 0) throw rejected(`no mail of ${zone.name} is signed`, 'no_mail_keys');
  return selectorsOf(keys);
}

async function findAddedKeys(context: Context, input: Input): Promise<FoundOutcome<string[]>> {
  const zone = await zoneOf(context, input.domainUid);
  const waiting = selectorsOf(await hostOfMail(context, zone, input).dkimKeys(zone.name), 'waiting');
  return waiting.length > 0 ? { outcome: 'happened', result: waiting } : { outcome: 'didNotHappen' };
}

async function forgetKeys(
  context: Context,
  { args, result: selectors }: { args: Input; result: string[] },
): Promise<void> {
  const zone = await zoneByDomain(context.db, args.domainUid);
  if (!zone) return;
  const host = hostOfMail(context, zone, args);
  // After a failure behind the switch they sign, and stay.
  const waiting = new Set(selectorsOf(await host.dkimKeys(zone.name), 'waiting'));
  const unused = selectors.filter((selector) => waiting.has(selector));
  try {
    await host.retireDkimKeys(zone.name, unused);
  } catch (error) {
    // Forgetting twice does what forgetting once does, so a lost answer is no more than a reason to ask again.
    const lost = error instanceof ProviderFailure && error.failure.kind === 'outcomeUnknown';
    throw lost ? transient(error.message) : error;
  }
}

async function writeRecords(context: Context, input: WithKeys, step: StepRun): Promise<void> {
  const zone = await zoneOf(context, input.domainUid);
  const keys = await hostOfMail(context, zone, input).dkimKeys(zone.name);
  const reason = 'new signing keys are published';
  await declareKeys(context, input.domainUid, keys, { reason, step });
  await setRotation(context, input.domainUid, 'proving', input.selectors);
}

async function removeUnusedRecords(
  context: Context,
  { args }: { args: WithKeys },
  step: StepRun,
): Promise<void> {
  const zone = await zoneByDomain(context.db, args.domainUid);
  if (!zone) return;
  const keys = await hostOfMail(context, zone, args).dkimKeys(zone.name);
  const unused = new Set(args.selectors);
  const needed = keys.filter(({ selector, state }) => state !== 'waiting' || !unused.has(selector));
  await declareKeys(context, args.domainUid, needed, {
    reason: 'new signing keys are given up',
    step,
    afterwards: publishedBy(context, args.domainUid),
  });
}

async function prove(context: Context, { domainUid, selectors }: WithKeys): Promise<string[]> {
  const zone = await zoneOf(context, domainUid);
  const hosts = new Set(selectors.map(dkimHost));
  const records = (await recordsOf(context.db, domainUid)).filter(({ host }) => hosts.has(host));
  // A record that its owner took out meanwhile is on no nameserver's account.
  const held = new Set(records.map(({ host }) => host));
  const gone = [...hosts].filter((host) => !held.has(host)).map((host) => `TXT ${host}.${zone.name}`);
  const isNew = ({ purpose, host }: ZoneRecord) => purpose === DKIM && hosts.has(host);
  return [...gone, ...(await unseenAmong(context, domainUid, isNew))];
}

async function activate(context: Context, input: WithKeys): Promise<{ retireAfterMs: number }> {
  const zone = await zoneOf(context, input.domainUid);
  await hostOfMail(context, zone, input).activateDkimKeys(zone.name, input.selectors);
  return activated(context, zone, input);
}

async function findActivated(
  context: Context,
  input: WithKeys,
): Promise<FoundOutcome<{ retireAfterMs: number }>> {
  const zone = await zoneOf(context, input.domainUid);
  const keys = await hostOfMail(context, zone, input).dkimKeys(zone.name);
  const signing = selectorsOf(keys, 'signing');
  const all = input.selectors.every((selector) => signing.includes(selector));
  return all
    ? { outcome: 'happened', result: await activated(context, zone, input) }
    : { outcome: 'didNotHappen' };
}

async function activated(
  context: Context,
  zone: Zone,
  { domainUid, selectors }: WithKeys,
): Promise<{ retireAfterMs: number }> {
  await setRotation(context, domainUid, 'overlapping', selectors);
  const longestTtlS = Math.max(0, ...keyRecords(zone.managed).map(({ ttlS }) => ttlS));
  return { retireAfterMs: Math.max(UNDER_WAY_MS, longestTtlS * 1000) };
}

async function retireKeys(context: Context, input: WithKeys): Promise<void> {
  const zone = await zoneOf(context, input.domainUid);
  await setRotation(context, input.domainUid, 'retiring', input.selectors);
  const host = hostOfMail(context, zone, input);
  // All that sign no more, so that those of an earlier change that failed on the way go too.
  await host.retireDkimKeys(zone.name, selectorsOf(await host.dkimKeys(zone.name), 'retiring'));
}

async function findRetired(context: Context, input: WithKeys): Promise<FoundOutcome<void>> {
  const zone = await zoneOf(context, input.domainUid);
  const left = selectorsOf(await hostOfMail(context, zone, input).dkimKeys(zone.name), 'retiring');
  return left.length === 0 ? { outcome: 'happened', result: undefined } : { outcome: 'didNotHappen' };
}

async function removeRecords(context: Context, input: WithKeys, step: StepRun): Promise<void> {
  const zone = await zoneOf(context, input.domainUid);
  const keys = await hostOfMail(context, zone, input).dkimKeys(zone.name);
  await declareKeys(context, input.domainUid, keys, {
    reason: 'old signing keys are retired',
    step,
    afterwards: publishedBy(context, input.domainUid),
  });
}

async function finish(
  context: Context,
  { domainUid, selectors }: { domainUid: string; selectors: string[] },
  step: StepRun,
): Promise<void> {
  await setRotation(context, domainUid, null);
  await tellOnce(context, domainUid, 'dns.dkim_rotated', step.key, { selectors });
}

const keyRecords = (records: NewRecord[]): NewRecord[] => records.filter(({ purpose }) => purpose === DKIM);

/** Makes the zone hold the records of exactly these keys, as a version; `afterwards` is of the same transaction. */
function declareKeys(
  { db, clock }: Context,
  domainUid: string,
  keys: HeldDkimKey[],
  {
    reason,
    step,
    afterwards,
  }: { reason: string; step: StepRun; afterwards?: (tx: Tx, version: number) => Promise<void> },
): Promise<void> {
  return inTransaction(db, async (tx) => {
    const zone = await zoneLock(tx, domainUid);
    if (!zone) return;
    const now = clock.now();
    const ttlS = keyRecords(zone.managed)[0]?.ttlS ?? DEFAULT_TTL_S;
    const others = zone.managed.filter(({ purpose }) => purpose !== DKIM);
    const managed = [...others, ...keys.map((key) => dkimRecord(key, ttlS))];
    const current = await recordsOf(tx, domainUid);
    const next = withManaged(zone, current, zone.managed, managed, now);
    const by = { actorType: 'workflow' as const, actorId: 'dns.rotate-dkim', cause: step.key, reason };
    const { version, changes } = await writeVersion(tx, zone, { current, next, managed }, by, now);
    if (changes.length > 0) await afterwards?.(tx, version);
  });
}

/** Asks for a version to be published, where no step of this workflow does it. */
const publishedBy =
  ({ workflows }: Context, domainUid: string) =>
  (tx: Tx, version: number): Promise<void> =>
    workflows.start(tx, publish, publishId(domainUid, version), { domainUid });

/** Notes how far the change of keys is; null ends it. */
function setRotation(
  { db }: Pick<Context, 'db'>,
  domainUid: string,
  stage: DkimRotation['stage'] | null,
  selectors: string[] = [],
): Promise<void> {
  return inTransaction(db, async (tx) => {
    const zone = await zoneLock(tx, domainUid);
    if (!zone?.dkimRotation) return;
    await zoneSetRotation(tx, domainUid, stage && { ...zone.dkimRotation, stage, selectors });
  });
}
