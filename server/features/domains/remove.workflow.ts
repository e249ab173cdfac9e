// Takes a domain that is being removed apart: its mailboxes, its place at the mail hosts, its zone.
//
// Durable because it acts at several hosts, any of which may be away for hours, and a domain that is half removed is
// neither usable nor gone. It only goes forward: what was removed stays removed. A mailbox that is just being made is
// waited for, because whoever makes it would otherwise make it on a domain that is gone. When a host refuses, the
// domain stays `scheduled_for_deletion` with the reason, and removing it again begins another run. The registration of
// a bought name is not touched: it was paid for and runs out by itself.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { failureOf, publicReason } from '../../../workflow/failure.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { stopWaiting } from '../billing/index.ts';
import { removeZone } from '../dns/index.ts';
import { eventWithCause, recordEvents } from '../events/index.ts';
import { leaveAccount } from '../zone-accounts/index.ts';
import type { Domain } from './domain.ts';
import { moveDomain } from './move.ts';
import { unpublishForwards } from './published.ts';
import { DOMAIN_WAITS_AS } from './renewal-due.ts';
import type { DomainMailboxes } from './schema.ts';
import { domainByUid, domainLock, domainUpdate, liveDomainsByName } from './store.ts';

type Context = { db: Db; clock: Clock; providers: Providers };
type Args = { domainUid: string };
type RemoveMailboxes = Pick<DomainMailboxes, 'removeAll'>;

/** Records of ours in an account of a customer's whose credential no longer works. */
const LEFT_BEHIND = 'domain.records_left_behind';
const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const platforms: readonly Platform[] = ['GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP'];

export const removeId = (domainUid: string, run: number): string => `domains.remove:${domainUid}:${run}`;

/** Mailboxes come later in the order of features, and hand in how theirs are removed. */
export const removal = ({ removeAll }: RemoveMailboxes) =>
  defineWorkflow({
    name: 'domains.remove',
    steps: {
      removeMailboxes: {
        does: 'has the mailbox hosts remove its mailboxes; answers how many are still being made',
        run: (context: Context, { domainUid }: Args) => removeAll(context, domainUid),
        undo: null,
        irreversibleBecause: 'mail that is gone is gone',
      },
      leaveMailHosts: {
        does: 'has the mailbox hosts forget the domain and its keys',
        run: leaveMailHosts,
        undo: null,
        irreversibleBecause: 'connecting the name again makes new keys',
      },
      dropZone: {
        does: 'has the DNS host stop answering for it',
        run: dropZone,
        undo: null,
        irreversibleBecause: 'connecting the name again makes a new zone',
      },
      finish: {
        does: 'marks it as deleted',
        run: finish,
        undo: null,
        irreversibleBecause: 'it is the last step',
      },
    },

    async run(flow, { domainUid }: Args) {
      for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
        if ((await flow.step('removeMailboxes', { domainUid })) === 0) break;
        await flow.sleep(waitMs);
      }
      await flow.step('leaveMailHosts', { domainUid });
      await flow.step('dropZone', { domainUid });
      await flow.step('finish', { domainUid });
    },

    async onFailure({ db, clock }, { input, failure }) {
      const statusReason = `it could not be removed: ${publicReason(failure)}`;
      await inTransaction(db, (tx) => domainUpdate(tx, input.domainUid, { statusReason }, clock.now()));
    },
  });

/** Begins the removal of a domain that is locked; what forwards its visitors and its mail ends at once. */
export const beginRemoval = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  mailboxes: RemoveMailboxes,
  domain: Domain,
  now: Date,
): Promise<void> => {
  await stopWaiting(tx, { kind: DOMAIN_WAITS_AS, subjectUid: domain.uid });
  if (domain.status === 'expired_propagation' && (await liveDomainsByName(tx, [domain.name])).length > 0) {
    // What is published under the name is somebody else's by now.
    await moveDomain(tx, domain.uid, 'deleted', now);
    return;
  }
  const run = domain.runs + 1;
  await moveDomain(tx, domain.uid, 'scheduled_for_deletion', now, { runs: run, statusReason: null });
  await unpublishForwards(tx, domain.name);
  await workflows.start(tx, removal(mailboxes), removeId(domain.uid, run), { domainUid: domain.uid });
};

async function leaveMailHosts({ db, providers }: Context, { domainUid }: Args): Promise<void> {
  const { workspaceUid, name } = await domainOf(db, domainUid);
  // Whichever of them had it: one that never heard of it has nothing to do.
  for (const platform of platforms) {
    await providers.mailboxHost(platform, { workspaceId: workspaceUid, domain: name }).removeDomain(name);
  }
}

async function dropZone({ db, clock, providers }: Context, { domainUid }: Args): Promise<void> {
  const domain = await domainOf(db, domainUid);
  const { workspaceUid, name, credentialUid } = domain;
  try {
    await removeZone({ db, providers }, { domainUid, workspaceUid, name });
  } catch (error) {
    // A customer who took the credential away wants us out: what we had there is left to them, and said.
    if (credentialUid === null || failureOf(error).kind !== 'unauthorized') throw error;
    await tellLeftBehind({ db, clock }, domain, failureOf(error).message);
  }
}

/** Once, however often the step runs. */
const tellLeftBehind = (
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { uid, teamUid, workspaceUid, name }: Domain,
  reason: string,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    await domainLock(tx, uid);
    const cause = 'domains.remove';
    if (await eventWithCause(tx, { subjectUid: uid, type: LEFT_BEHIND, cause })) return;
    await recordEvents(tx, [
      {
        teamUid,
        workspaceUid,
        type: LEFT_BEHIND,
        subjectType: 'domain',
        subjectUid: uid,
        data: { name, cause, reason },
        occurredAt: clock.now(),
      },
    ]);
  });

async function finish({ db, clock }: Context, { domainUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { name, credentialUid } = await moveDomain(tx, domainUid, 'deleted', clock.now(), {
      credentialUid: null,
    });
    if (credentialUid !== null) await leaveAccount(tx, name);
  });
}

const domainOf = async (db: Db, uid: string): Promise<Domain> => {
  const domain = await domainByUid(db, uid);
  if (!domain) throw rejected('the domain is gone', 'domain_gone');
  return domain;
};
