// Domains whose zone lies in an account of their owner's at a DNS host: they are connected without a change of
// nameservers, because the account shows a zone that the world is sent to already.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { ApiError } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { publishAgain } from '../dns/index.ts';
import { recordEvents } from '../events/index.ts';
import { keepInAccount } from '../zone-accounts/index.ts';
import { forgetExpired, startSetUp } from './connection.ts';
import { whyNoRoom } from './counts.ts';
import { type Domain, newDomain } from './domain.ts';
import { domainBeingRemoved, domainHeldElsewhere } from './errors.ts';
import { tldOf } from './names.ts';
import { setUp, setUpId } from './set-up.workflow.ts';
import {
  domainsInsert,
  domainsLock,
  domainsOfCredentialLock,
  domainUpdate,
  formerHolders,
  liveDomainsByName,
} from './store.ts';

type Scope = { teamUid: string; workspaceUid: string };

/** A zone that an account shows, and through which credential. */
export type ZoneInAccount = {
  name: string;
  zoneId: string;
  nameservers: string[];
  vendor: string;
  credentialUid: string;
};

export type ZoneOutcome =
  | { outcome: 'connected' | 'reconnected'; domain: Domain }
  | { outcome: 'skipped'; reason: 'already_connected' | 'already_exists'; domain: Domain }
  | { outcome: 'refused'; refusal: ApiError };

/** It keeps its credential, moves over to the one that is given, or neither, for this reason. */
type Standing = (credentialUid: string) => 'keeps' | 'moves' | ApiError;

/**
 * Connects one zone. It is the workspace's at once: whoever opens the account that the world is sent to has the name.
 * One that is connected through a credential that no longer works moves over to this one.
 *
 * @param standing what becomes of a zone that is connected through a credential already
 */
export const connectZone = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'workflows'>,
  scope: Scope,
  zone: ZoneInAccount,
  standing: Standing,
): Promise<ZoneOutcome> => {
  const now = context.clock.now();
  const [own] = await domainsLock(tx, scope.workspaceUid, { uids: [], names: [zone.name] });
  if (own && own.status !== 'expired_propagation') return whatIsThere(tx, context, own, zone, standing);
  const refusal = await whyTaken(tx, scope, zone.name);
  if (refusal) return { outcome: 'refused', refusal };
  const full = own ? null : await whyNoRoom(tx, scope.workspaceUid);
  if (full) return { outcome: 'refused', refusal: full };
  const uid = newId();
  const domain = newDomain(
    {
      uid,
      ...scope,
      name: zone.name,
      tld: tldOf(zone.name),
      status: 'active',
      connectionType: 'connected',
      connectionMode: zone.vendor,
      credentialUid: zone.credentialUid,
      zoneId: zone.zoneId,
      nameservers: zone.nameservers,
      actualNameservers: zone.nameservers,
      dnsPropagationStatus: 'propagated',
      nameserverMatchStatus: 'matched',
      lastNameserverCheck: now,
      delegatedAt: now,
      setUpRun: 1,
    },
    now,
  );
  if ((await domainsInsert(tx, [domain])).length > 0) {
    const late = domainHeldElsewhere(`${zone.name} was connected elsewhere a moment ago`, {
      domain: zone.name,
    });
    return { outcome: 'refused', refusal: late };
  }
  await forgetExpired(tx, [zone.name]);
  await keep(tx, domain, zone);
  await recordEvents(tx, [
    {
      ...scope,
      type: 'domain.status_changed',
      subjectType: 'domain',
      subjectUid: uid,
      data: { name: zone.name, status: domain.status, previous_status: null, reason: null },
      occurredAt: now,
    },
  ]);
  await context.workflows.start(tx, setUp, setUpId(uid, 1), { domainUid: uid, platform: null });
  return { outcome: 'connected', domain };
};

const keep = (tx: Tx, { uid, name }: Domain, { vendor, credentialUid }: ZoneInAccount): Promise<void> =>
  keepInAccount(tx, { domain: name, vendor, credentialUid, tenant: tenantOf(uid) });

/** The random end of a domain's uid: it stays while the domain does, whatever credential reaches its zone. */
const tenantOf = (uid: string): string => uid.slice(-12);

const whatIsThere = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'workflows'>,
  own: Domain,
  zone: ZoneInAccount,
  standing: Standing,
): Promise<ZoneOutcome> => {
  if (own.status === 'scheduled_for_deletion') {
    return {
      outcome: 'refused',
      refusal: domainBeingRemoved(`${own.name} is being removed`, { domain: own.name }),
    };
  }
  if (own.credentialUid === null) return { outcome: 'skipped', reason: 'already_exists', domain: own };
  const stands = standing(own.credentialUid);
  if (stands === 'keeps') return { outcome: 'skipped', reason: 'already_connected', domain: own };
  if (stands !== 'moves') return { outcome: 'refused', refusal: stands };
  const change = { credentialUid: zone.credentialUid, zoneId: zone.zoneId, nameservers: zone.nameservers };
  const moved = { ...own, ...change };
  await domainUpdate(tx, own.uid, change, context.clock.now());
  await keep(tx, own, zone);
  // What waited for the same credential goes on by itself.
  if (own.credentialUid !== zone.credentialUid) await resume(tx, context, moved);
  return { outcome: 'reconnected', domain: moved };
};

const whyTaken = async (tx: Tx, scope: Scope, name: string): Promise<ApiError | null> => {
  const [holder] = await liveDomainsByName(tx, [name]);
  if (holder) {
    const whose = holder.teamUid === scope.teamUid ? 'another workspace of your team' : 'somebody else';
    return domainHeldElsewhere(`${name} is held by ${whose}`, { domain: name });
  }
  const bought = (await formerHolders(tx, scope.teamUid, [name])).get(name)?.bought ?? false;
  return bought
    ? domainHeldElsewhere(`${name} was bought here by somebody else, and stays theirs`, { domain: name })
    : null;
};

/** What waited for the credential of an account goes on: set-ups that were not finished, zones that were not published. */
export const resumeInAccount = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'workflows'>,
  credentialUid: string,
): Promise<void> => {
  for (const domain of await domainsOfCredentialLock(tx, credentialUid)) await resume(tx, context, domain);
};

const resume = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'workflows'>,
  domain: Domain,
): Promise<void> => {
  if (domain.status === 'scheduled_for_deletion') return;
  if (domain.status === 'active' && domain.mailPlatform !== null) {
    await publishAgain(tx, context, domain.uid);
    return;
  }
  await startSetUp(tx, context, domain, context.clock.now());
};
