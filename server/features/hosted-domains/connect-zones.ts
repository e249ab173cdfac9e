// Connecting the zones of an account as domains: which are meant, what stands in each already, and a result per name.
import type { Tx } from '../../../database/database.ts';
import type { AccountZone, ZoneAccount } from '../../../providers/contracts/zone-account.ts';
import type { ApiError } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { forEachOf, mailOfOwner } from '../dns/index.ts';
import { connectZone, nameSought, resumeInAccount, type ZoneOutcome } from '../domains/index.ts';
import {
  asking,
  credentialsOfWorkspace,
  type GivenCredential,
  keepCredential,
  openAccount,
  usedElsewhere,
  type ZoneCredential,
} from '../zone-accounts/index.ts';
import { bannedNames, whyNotRegistrable } from './banned.ts';
import {
  credentialConflict,
  domainNotAllowed,
  zoneConflict,
  zoneNotDelegated,
  zoneNotFound,
} from './errors.ts';

type Scope = { teamUid: string; workspaceUid: string };

export type ConnectWish = {
  credential: GivenCredential & { label: string | null };
  /** Names, or every zone of the account; null only stores the credential. */
  targets: readonly string[] | 'all' | null;
  /** Whether a zone with mail records of its owner's is refused; otherwise they are only told. */
  refuseConflicts: boolean;
};

export type MailConflict = {
  labels: string[];
  records: { type: string; host: string; value: string }[];
  message: string;
};

/** What became of one name. */
export type ZoneResult = {
  name: string;
  outcome: ZoneOutcome;
  conflict: MailConflict | null;
};

type Candidate =
  | { name: string; zone: AccountZone; conflict: MailConflict | null }
  | { name: string; refusal: ApiError; conflict: MailConflict | null };

export type ConnectPlan = {
  scope: Scope;
  credential: ConnectWish['credential'] & { accounts: ZoneCredential['accounts'] };
  candidates: Candidate[];
};

/**
 * Everything that has to be asked of others, before anything is written.
 *
 * @throws ApiError of `openAccount`, and domain_not_allowed when no name of the request is a zone of the account
 */
export const planConnection = async (
  context: Pick<FeatureContext, 'db' | 'providers'>,
  scope: Scope,
  { credential, targets, refuseConflicts }: ConnectWish,
): Promise<ConnectPlan> => {
  const { account, zones, accounts } = await openAccount(context, scope.teamUid, credential);
  const named =
    targets === 'all' ? zones.map(({ name }) => name) : [...new Set((targets ?? []).map(nameSought))];
  const byName = new Map(zones.map((zone) => [zone.name, zone]));
  const banned = await bannedNames(context, scope, named);
  const candidates = await forEachOf(named, async (name): Promise<Candidate> => {
    const zone = byName.get(name);
    const refusal = whyNot(name, zone, accounts, banned);
    if (refusal || !zone) return { name, refusal: refusal!, conflict: null };
    return lookInto(account, zone, refuseConflicts);
  });
  if (
    targets !== null &&
    candidates.every((one) => 'refusal' in one && one.refusal.definition === zoneNotFound.definition)
  ) {
    throw domainNotAllowed('domain is not allowed: none of the names is a zone that the credential reaches', {
      domains: named,
    });
  }
  return { scope, credential: { ...credential, accounts }, candidates };
};

const whyNot = (
  name: string,
  zone: AccountZone | undefined,
  accounts: AccountZone['account'][],
  banned: ReadonlyMap<string, ApiError>,
): ApiError | null => {
  if (!zone) return zoneNotFound(`The credential reaches no zone ${name}`, { domain: name });
  if (!accounts.some(({ id }) => id === zone.account.id)) return usedElsewhere(zone.account);
  const never = banned.get(name) ?? whyNotRegistrable(name);
  if (never) return never;
  return zone.delegated
    ? null
    : zoneNotDelegated(
        `The nameservers of ${name} are not set to ${zone.nameservers.join(' and ')} yet, so that nothing shows whose it is`,
        { domain: name, nameservers: zone.nameservers },
      );
};

const lookInto = async (account: ZoneAccount, zone: AccountZone, refuse: boolean): Promise<Candidate> => {
  const { name } = zone;
  const found = mailOfOwner(name, await asking(() => account.records(zone)));
  if (found.length === 0) return { name, zone, conflict: null };
  const labels = found.map(({ label }) => label);
  const conflict: MailConflict = {
    labels,
    records: found.flatMap(({ records }) => records.map(({ type, host, value }) => ({ type, host, value }))),
    message: `Existing ${labels.join(' and ')} records found: mail of ${name} goes elsewhere`,
  };
  return refuse
    ? { name, refusal: zoneConflict(`DNS conflict: ${conflict.message}`, { domain: name }), conflict }
    : { name, zone, conflict };
};

/** Stores the credential and connects what can be connected, in one transaction; one bad name holds up no other. */
export const carryOutConnection = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'secrets' | 'workflows'>,
  { scope, credential, candidates }: ConnectPlan,
): Promise<{ stored: ZoneCredential; results: ZoneResult[] }> => {
  const now = context.clock.now();
  const before = await credentialsOfWorkspace(tx, scope.workspaceUid, credential.vendor);
  const stored = await keepCredential(tx, context.secrets, scope, credential, now);
  const worksAgain = before.some(({ uid, status }) => uid === stored.uid && status === 'invalid');
  if (worksAgain) await resumeInAccount(tx, context, stored.uid);
  const results: ZoneResult[] = [];
  for (const one of candidates) {
    const { name, conflict } = one;
    const outcome: ZoneOutcome =
      'refusal' in one
        ? { outcome: 'refused', refusal: one.refusal }
        : await connectZone(tx, context, scope, zoneOf(one.zone, credential.vendor, stored.uid), (uid) =>
            standingOf(
              one.zone,
              before.find((known) => known.uid === uid),
              stored,
            ),
          );
    results.push({ name, outcome, conflict });
  }
  const conflicts = results.flatMap(({ outcome }) =>
    outcome.outcome === 'refused' && outcome.refusal.definition === credentialConflict.definition
      ? [outcome.refusal]
      : [],
  );
  // With nothing to be done through it, the credential is not kept either.
  if (conflicts[0] && conflicts.length === results.length) throw conflicts[0];
  return { stored, results };
};

/**
 * A zone moves over to the credential that is given when its own no longer works, or when both open the same account:
 * whoever changes a token names the next one before the last is revoked.
 */
const standingOf = (
  { name, account }: AccountZone,
  known: ZoneCredential | undefined,
  stored: ZoneCredential,
): 'keeps' | 'moves' | ApiError => {
  if (!known || known.status === 'invalid') return 'moves';
  if (known.uid === stored.uid) return 'keeps';
  return known.accounts.some(({ id }) => id === account.id)
    ? 'moves'
    : credentialConflict(`${name} is connected through another account, whose credential still works`, {
        domain: name,
      });
};

const zoneOf = ({ id, name, nameservers }: AccountZone, vendor: string, credentialUid: string) => ({
  name,
  zoneId: id,
  nameservers,
  vendor,
  credentialUid,
});
