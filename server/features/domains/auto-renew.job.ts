// Takes every bought domain a step on whose time has come: reminds, renews from the wallet, tries again, lets it expire
// with its mailboxes suspended, brings both back when it is renewed after all, and removes it when it is lost. Takes no
// input and acts on what is stored. Any number of processes may run it: a domain is locked while it is decided about,
// and one that is being renewed is not asked for again.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { ApiError } from '../../http/errors.ts';
import {
  type Continuation,
  grossOf,
  lockFunds,
  stopWaiting,
  waitForFunds,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import type { Domain } from './domain.ts';
import { moveDomain } from './move.ts';
import { beginRemoval } from './remove.workflow.ts';
import {
  DOMAIN_WAITS_AS,
  nextRenewalDue,
  type RenewalStep,
  renewsAt,
  renewsByItself,
} from './renewal-due.ts';
import { type PricedRenewal, priceRenewals, requestRenewals } from './renewal-request.ts';
import type { DomainMailboxes } from './schema.ts';
import { domainByUid, domainLock, domainUpdate } from './store.ts';
import { domainsDue } from './upcoming.ts';

const MOST_AT_ONCE = 200;
const MOST_STEPS = 10;
/** After a registrar that could not be asked. */
const ASK_AGAIN_MS = 60 * 60_000;
/** The shortest time a registry sells. */
const YEARS = 1;

export const autoRenewDomains = async (
  context: FeatureContext,
  mailboxes: DomainMailboxes,
): Promise<void> => {
  const failed: unknown[] = [];
  const { db, clock } = context;
  for (const { uid, teamUid } of await domainsDue(db, clock.now(), MOST_AT_ONCE)) {
    try {
      await advance(context, mailboxes, uid, teamUid);
    } catch (error) {
      failed.push(error);
      const again = new Date(clock.now().getTime() + ASK_AGAIN_MS);
      await inTransaction(db, (tx) => domainUpdate(tx, uid, { renewalDueAt: again }, clock.now()));
    }
  }
  if (failed.length > 0) throw failed[0];
};

const advance = async (
  context: FeatureContext,
  mailboxes: DomainMailboxes,
  uid: string,
  teamUid: string,
): Promise<void> => {
  const { db, clock, settings } = context;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const now = clock.now();
    const domain = await domainByUid(db, uid);
    const due = domain && nextRenewalDue(domain, settings.renewals, now);
    // The registrar is asked before the transaction.
    const priced = due?.step === 'renew' && due.at <= now ? await price(context, domain!) : null;
    const goesOn = await inTransaction(db, async (tx) => {
      await lockFunds(tx, teamUid);
      const locked = await domainLock(tx, uid);
      if (!locked?.renewalDueAt || locked.renewalDueAt > now) return false;
      const next = nextRenewalDue(locked, settings.renewals, now);
      if (!next || next.at > now) {
        await domainUpdate(tx, uid, { renewalDueAt: next?.at ?? null }, locked.updatedAt);
        return false;
      }
      if (next.step === 'renew' && priced === null) return true;
      await take(tx, { context, mailboxes, domain: locked, priced, now }, next.step);
      return true;
    });
    if (!goesOn) return;
  }
};

type Taken = {
  context: FeatureContext;
  mailboxes: DomainMailboxes;
  domain: Domain;
  priced: Priced | null;
  now: Date;
};

const take = async (tx: Tx, taken: Taken, step: RenewalStep): Promise<void> => {
  const { context, mailboxes, domain, priced, now } = taken;
  switch (step) {
    case 'remind': {
      await domainUpdate(tx, domain.uid, { remindedAt: now }, now);
      const at = renewsAt(domain.renewalDate!, context.settings.renewals);
      return tell(tx, domain, 'domain.renewal_reminder', { renews_at: at.toISOString() }, now);
    }
    case 'renew':
      return renewOrWait(tx, context, domain, priced!, now);
    case 'expire': {
      const statusReason = 'it has run out: its renewal could not be had';
      await moveDomain(tx, domain.uid, 'inactive', now, {
        statusReason,
        expiredSince: now,
        renewalDueAt: now,
      });
      return mailboxes.suspendAll(tx, context, domain.uid, now);
    }
    case 'restore':
      await moveDomain(tx, domain.uid, 'active', now, { expiredSince: null, renewalDueAt: now });
      return mailboxes.bringBack(tx, context, domain.uid, now);
    case 'remove':
      await domainUpdate(tx, domain.uid, { renewalDueAt: null }, now);
      return beginRemoval(tx, context, mailboxes, domain, now);
  }
};

type Priced =
  | { renewals: PricedRenewal[]; priceVersion: number }
  /** Its registrar does not renew it, or not now. */
  | { refused: string };

const price = async (context: FeatureContext, domain: Domain): Promise<Priced> => {
  const book = await currentPrices(context.db);
  try {
    return { renewals: await priceRenewals(context, [domain], YEARS, book), priceVersion: book.version };
  } catch (error) {
    if (error instanceof ApiError) return { refused: error.message };
    throw error;
  }
};

const renewOrWait = async (
  tx: Tx,
  context: FeatureContext,
  domain: Domain,
  priced: Priced,
  now: Date,
): Promise<void> => {
  const { retryEveryMs } = context.settings.renewals;
  const nextTryAt = new Date(now.getTime() + retryEveryMs);
  const waits = { unpaidSince: domain.unpaidSince ?? now, nextTryAt, renewalDueAt: now };
  if ('refused' in priced) {
    await domainUpdate(tx, domain.uid, waits, now);
    return tell(
      tx,
      domain,
      'domain.renewal_unpaid',
      { reason: priced.refused, next_try_at: nextTryAt.toISOString() },
      now,
    );
  }
  const { expiresBefore, priceMicros } = priced.renewals[0]!.renewal;
  if (expiresBefore > domain.renewalDate!) {
    // Somebody renewed it at its registrar.
    await domainUpdate(
      tx,
      domain.uid,
      { renewalDate: expiresBefore, unpaidSince: null, nextTryAt: null },
      now,
    );
    return;
  }
  const amountMicros = await grossOf(tx, domain.teamUid, priced.priceVersion, priceMicros);
  if ((await walletMicros(tx, domain.teamUid)) >= amountMicros)
    return begin(tx, context, domain, priced, now);
  await domainUpdate(tx, domain.uid, waits, now);
  const owed = {
    reason: 'the wallet holds too little',
    credits: microsToCredits(amountMicros),
    next_try_at: nextTryAt.toISOString(),
  };
  await tell(tx, domain, 'domain.renewal_unpaid', owed, now);
  const { teamUid, workspaceUid, uid: subjectUid } = domain;
  const wait = {
    teamUid,
    workspaceUid,
    kind: DOMAIN_WAITS_AS,
    subjectUid,
    amountMicros,
    urgent: true,
  };
  await waitForFunds(tx, wait, now);
};

const begin = async (
  tx: Tx,
  context: FeatureContext,
  domain: Domain,
  { renewals, priceVersion }: { renewals: PricedRenewal[]; priceVersion: number },
  now: Date,
): Promise<void> => {
  await requestRenewals(tx, context, renewals, { keyUid: null, priceVersion }, now);
  await stopWaiting(tx, { kind: DOMAIN_WAITS_AS, subjectUid: domain.uid });
  await domainUpdate(tx, domain.uid, { renewalDueAt: now }, now);
};

/** How an unpaid domain goes on when the credits it waited for are there. */
export const domainRenewalPaid: Continuation = async (context, { subjectUid }) => {
  const domain = await domainByUid(context.db, subjectUid);
  const priced = domain && (await price(context, domain));
  return async (tx, now) => {
    const locked = await domainLock(tx, subjectUid);
    // Renewed, removed or refused since: it has left the line, and the job looks at it again in its time.
    if (!locked?.unpaidSince || !renewsByItself(locked) || locked.renewalStatus === 'pending') return;
    if (!priced || 'refused' in priced) return;
    await begin(tx, context, locked, priced, now);
  };
};

const tell = async (
  tx: Tx,
  domain: Domain,
  type: `domain.${string}`,
  data: object,
  now: Date,
): Promise<void> => {
  await recordEvents(tx, [
    {
      teamUid: domain.teamUid,
      workspaceUid: domain.workspaceUid,
      type,
      subjectType: 'domain',
      subjectUid: domain.uid,
      data: { name: domain.name, renewal_date: domain.renewalDate!.toISOString(), ...data },
      occurredAt: now,
    },
  ]);
};
