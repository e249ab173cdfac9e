// Where a domain's parent sends the world, and what follows from it. For a connected domain that is the proof that
// whoever connected it owns it; for any domain it is the difference between "published" and "seen".
import { inTransaction, type Tx } from '../../../database/database.ts';
import { toAbsolute } from '../../../protocols/dns/names.ts';
import type { Nameserver } from '../../../providers/contracts/dns-host.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { FeatureContext } from '../context.ts';
import { askForRecords, type Delegation, forgetZone, readDelegation } from '../dns/index.ts';
import { recordEvents } from '../events/index.ts';
import { type Domain, isInAccount, isProven } from './domain.ts';
import { moveDomain } from './move.ts';
import { setUp, setUpId } from './set-up.workflow.ts';
import { type DomainChange, domainLock, domainUpdate, expiredByName } from './store.ts';

/** What was seen of a domain from outside. */
export type Sight = {
  delegation: Delegation;
  /** Whether every nameserver of ours answers for the domain; only asked when it is delegated to them. */
  answered: boolean;
};

/** A connected domain that waits for its owner; one that is being set up waits in the same status for something else. */
export const isAwaited = (domain: Domain): boolean =>
  domain.connectionType === 'connected' &&
  domain.status === 'waiting_for_dns_propagation' &&
  domain.dnsPropagationStatus === 'pending';

/** To us, and to nobody else besides: what others answer would be the old zone. */
export const isDelegatedTo = (ours: readonly string[], { nameservers }: Delegation): boolean =>
  nameservers !== null && nameservers.length > 0 && nameservers.every((name) => ours.includes(name));

export const nameserverNames = (nameservers: readonly Nameserver[]): string[] =>
  nameservers.map(({ name }) => name.toLowerCase());

export const nameserversFor = (
  { providers }: Pick<FeatureContext, 'providers'>,
  domain: Pick<Domain, 'workspaceUid' | 'name'>,
): Promise<Nameserver[]> =>
  providers.dnsHost({ workspaceId: domain.workspaceUid, domain: domain.name }).nameservers(domain.name);

/** Asks the parent for the domain, and then the nameservers it should name. Changes nothing. */
export const look = async (
  context: Pick<FeatureContext, 'providers' | 'settings'>,
  domain: Domain,
): Promise<Sight> => {
  const delegation = await readDelegation(context, domain);
  if (!isDelegatedTo(domain.nameservers, delegation)) return { delegation, answered: false };
  const nameservers = await nameserversFor(context, domain);
  const expected = nameservers.map(({ name }) => ({
    id: name,
    name: domain.name,
    type: 'NS',
    ttlS: 0,
    data: toAbsolute(name),
  }));
  const sightings = await askForRecords(nameservers, expected, context.settings);
  return { delegation, answered: sightings.every(({ missing }) => missing.length === 0) };
};

/**
 * Writes down what the parent says of a domain that is locked, and has it set up when that is what it waited for.
 * Nobody being able to say anything changes nothing but the reason that people read.
 */
export const noteDelegation = async (
  tx: Tx,
  { workflows }: Pick<FeatureContext, 'workflows'>,
  domain: Domain,
  delegation: Delegation,
  now: Date,
): Promise<void> => {
  const { nameservers: seen } = delegation;
  const matched = isDelegatedTo(domain.nameservers, delegation);
  const change: DomainChange = { lastNameserverCheck: now };
  if (seen !== null) {
    change.actualNameservers = seen;
    change.nameserverMatchStatus = matched ? 'matched' : 'pending';
  }
  if (isAwaited(domain)) change.statusReason = matched ? null : whatIsMissing(domain, delegation);
  await domainUpdate(tx, domain.uid, change, now);
  if (seen !== null && !sameNames(seen, domain.actualNameservers)) {
    await recordEvents(tx, [
      {
        teamUid: domain.teamUid,
        workspaceUid: domain.workspaceUid,
        type: 'domain.nameservers_changed',
        subjectType: 'domain',
        subjectUid: domain.uid,
        data: {
          name: domain.name,
          nameservers: domain.nameservers,
          actual_nameservers: seen,
          previous_nameservers: domain.actualNameservers,
          nameserver_match_status: change.nameserverMatchStatus,
        },
        occurredAt: now,
      },
    ]);
  }
  if (matched && isAwaited(domain)) await startSetUp(tx, { workflows }, domain, now);
};

/** Begins a run that sets the domain up; a connected one is proven to be its owner's by now. */
export const startSetUp = async (
  tx: Tx,
  { workflows }: Pick<FeatureContext, 'workflows'>,
  domain: Domain,
  now: Date,
  platform: Platform | null = null,
): Promise<void> => {
  const setUpRun = domain.setUpRun + 1;
  const delegatedAt = domain.connectionType === 'connected' ? (domain.delegatedAt ?? now) : null;
  await moveDomain(tx, domain.uid, 'dns_setup_pending', now, { setUpRun, delegatedAt });
  await workflows.start(tx, setUp, setUpId(domain.uid, setUpRun), { domainUid: domain.uid, platform });
};

/**
 * Whether a domain that is active is prepared at the host of a platform's mailboxes. Where it is prepared at another
 * one, which happens when it was set up before anybody knew what it would hold, it is set up for this one from now on.
 */
export const isPreparedFor = async (
  context: Pick<FeatureContext, 'db' | 'clock' | 'providers' | 'workflows'>,
  domain: Domain,
  platform: Platform,
): Promise<boolean> => {
  // Active, and not yet set up: its zone lies in an account of its owner's, and the first run is under way.
  if (domain.mailPlatform === null && isInAccount(domain)) return false;
  if (await haveOneHost(context, domain, [domain.mailPlatform ?? 'SMTP', platform])) return true;
  await inTransaction(context.db, async (tx) => {
    const held = await domainLock(tx, domain.uid);
    if (held?.status === 'active' && held.mailPlatform === domain.mailPlatform) {
      await startSetUp(tx, context, held, context.clock.now(), platform);
    }
  });
  return false;
};

const haveOneHost = async (
  { providers }: Pick<FeatureContext, 'providers'>,
  { workspaceUid, name }: Domain,
  platforms: Platform[],
): Promise<boolean> => {
  const scope = { workspaceId: workspaceUid, domain: name };
  const hosts = await Promise.all(platforms.map((platform) => providers.mailHostVendor(platform, scope)));
  return new Set(hosts).size === 1;
};

/** What a connection that expired wanted under a name is forgotten when somebody else gets the name. */
export const forgetExpired = async (tx: Tx, names: string[]): Promise<void> => {
  for (const uid of await expiredByName(tx, names)) await forgetZone(tx, uid);
};

/** A domain whose set-up gave up and that can be set up again. */
export const canBeSetUpAgain = (domain: Domain): boolean =>
  domain.status === 'inactive' &&
  isProven(domain) &&
  (domain.connectionType === 'connected' || domain.registrationId !== null);

/** What its owner still has to do, in words; null when nothing is missing. */
export const whatIsMissing = (domain: Pick<Domain, 'nameservers'>, delegation: Delegation): string | null => {
  if (isDelegatedTo(domain.nameservers, delegation)) return null;
  const ours = domain.nameservers.join(' and ');
  const { nameservers, by, error } = delegation;
  if (nameservers === null) return `${by} ${error}; its nameservers have to be ${ours}`;
  if (nameservers.length === 0)
    return `${by} knows no nameservers of the domain; they have to be set to ${ours}`;
  const send = by.includes(' and ') ? 'send' : 'sends';
  return `${by} ${send} the world to ${nameservers.join(', ')}; its nameservers have to be ${ours} alone`;
};

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.toSorted().join() === b.toSorted().join();
