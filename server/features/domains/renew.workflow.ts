// Renews a bought domain at its registrar.
//
// Durable because it spends the customer's money on something that cannot be given back: the price is charged before
// the registrar is asked, a registrar whose answer got lost is asked what became of it and never asked to renew twice,
// and a renewal that cannot be had is credited back by itself. The domain goes on as it was, whatever becomes of it.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { Registrar, RenewName } from '../../../providers/contracts/registrar.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import { captureCharges, giveBackCharges } from '../billing/index.ts';
import type { FeatureSettings } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { type Renewal, renewalByUid, renewalEnd, renewalLock } from './renewal.ts';
import { domainByUid, domainUpdate } from './store.ts';

type Context = { db: Db; clock: Clock; providers: Providers; settings: Pick<FeatureSettings, 'renewals'> };
type Args = { renewalUid: string };

export const renewId = (renewalUid: string): string => `domains.renew:${renewalUid}`;

export const renew = defineWorkflow({
  name: 'domains.renew',
  steps: {
    charge: { does: 'turns the reserved price into a charge', run: charge, undo: creditBack },
    renew: {
      does: 'renews the name and notes until when it is held',
      run: renewName,
      undo: null,
      irreversibleBecause: 'a registry sells for whole years',
      canEndUnknown: true,
      findOutcome: findRenewal,
    },
  },

  async run(flow, { renewalUid }: Args) {
    await flow.step('charge', { renewalUid });
    await flow.step('renew', { renewalUid });
  },

  async onFailure({ db, clock, settings }, { input: { renewalUid }, failure }) {
    const failureReason = publicReason(failure);
    await inTransaction(db, async (tx) => {
      const now = clock.now();
      await giveBackUnlessRenewed(tx, renewalUid, now);
      await end(tx, settings, renewalUid, { status: 'failed', failureReason, expiresAfter: null }, now);
    });
  },
});

async function charge({ db, clock }: Context, { renewalUid }: Args): Promise<void> {
  await inTransaction(db, async (tx) => {
    await renewalLock(tx, renewalUid);
    await captureCharges(tx, { type: 'domain_renewal', uid: renewalUid }, clock.now());
  });
}

async function creditBack({ db, clock }: Context, { args }: { args: Args }): Promise<void> {
  await inTransaction(db, (tx) => giveBackUnlessRenewed(tx, args.renewalUid, clock.now()));
}

const giveBackUnlessRenewed = async (tx: Tx, renewalUid: string, now: Date): Promise<void> => {
  if ((await renewalLock(tx, renewalUid))?.status === 'completed') return;
  await giveBackCharges(tx, { type: 'domain_renewal', uid: renewalUid }, 'it could not be renewed', now);
};

async function renewName(context: Context, { renewalUid }: Args, step: StepRun): Promise<void> {
  const { registrar, request } = await ready(context, renewalUid, step);
  const { expiresAt } = await registrar.renew(request);
  await note(context, renewalUid, expiresAt);
}

async function findRenewal(
  context: Context,
  { renewalUid }: Args,
  step: StepRun,
): Promise<FoundOutcome<void>> {
  const { registrar, request } = await ready(context, renewalUid, step);
  const found = await registrar.findRenewal(request);
  if (!found) return { outcome: 'didNotHappen' };
  await note(context, renewalUid, found.expiresAt);
  return { outcome: 'happened', result: undefined };
}

/** The registrar, and the request as it is sent each time: the same key and the same expiry never renew twice. */
const ready = async (
  { db, providers }: Context,
  renewalUid: string,
  step: StepRun,
): Promise<{ registrar: Registrar; request: RenewName }> => {
  const renewal = await renewalByUid(db, renewalUid);
  const domain = renewal && (await domainByUid(db, renewal.domainUid));
  if (!domain) throw rejected('the domain is gone', 'domain_gone');
  return {
    registrar: providers.registrar({ workspaceId: domain.workspaceUid, domain: domain.name }),
    request: {
      name: domain.name,
      years: renewal.years,
      expiresAt: renewal.expiresBefore.toISOString(),
      idempotencyKey: step.key,
    },
  };
};

const note = ({ db, clock, settings }: Context, renewalUid: string, expiresAt: string): Promise<void> =>
  inTransaction(db, (tx) =>
    end(
      tx,
      settings,
      renewalUid,
      { status: 'completed', failureReason: null, expiresAfter: new Date(expiresAt) },
      clock.now(),
    ),
  );

/** Ends a renewal once: what has ended stays as it is. */
const end = async (
  tx: Tx,
  { renewals }: Context['settings'],
  renewalUid: string,
  outcome: Pick<Renewal, 'failureReason' | 'expiresAfter'> & { status: 'completed' | 'failed' },
  now: Date,
): Promise<void> => {
  const renewal = await renewalLock(tx, renewalUid);
  if (renewal?.status !== 'pending') return;
  await renewalEnd(tx, renewalUid, outcome, now);
  const renewalDate = outcome.expiresAfter ?? undefined;
  // One that could not be had is tried again, as long as the name can be renewed.
  const due = renewalDate
    ? { unpaidSince: null, nextTryAt: null }
    : { unpaidSince: now, nextTryAt: new Date(now.getTime() + renewals.retryEveryMs) };
  const change = { renewalStatus: outcome.status, renewalDate, renewalDueAt: now, ...due };
  await domainUpdate(tx, renewal.domainUid, change, now);
  const domain = await domainByUid(tx, renewal.domainUid);
  await recordEvents(tx, [
    {
      teamUid: renewal.teamUid,
      workspaceUid: renewal.workspaceUid,
      type: outcome.status === 'completed' ? 'domain.renewed' : 'domain.renewal_failed',
      subjectType: 'domain',
      subjectUid: renewal.domainUid,
      data: {
        name: domain?.name,
        years: renewal.years,
        renewal_date: domain?.renewalDate?.toISOString() ?? null,
        reason: outcome.failureReason,
      },
      occurredAt: now,
    },
  ]);
};
