// Domains that are paid for by checkout: their names are held as `cart` until it is paid or its time is over.
import type { Db, Tx } from '../../../database/database.ts';
import { lockFunds, reserveCharges } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import type { CheckoutPurchase } from '../payments/index.ts';
import type { Domain } from './domain.ts';
import { moveDomain } from './move.ts';
import { domainLine } from './purchase.ts';
import { register, registerId } from './register.workflow.ts';
import { domainsOfUids } from './store.ts';

/** A name is kept from others for so long without a promise to pay. */
export const CHECKOUT_MS = 60 * 60_000;

export const checkoutInsert = async (
  tx: Tx,
  paymentUid: string,
  domains: readonly Pick<Domain, 'uid'>[],
  asked: { keyUid: string; priceVersion: number },
): Promise<void> => {
  await tx
    .insertInto('domain_checkout')
    .values(
      domains.map(({ uid }) => ({
        domain_uid: uid,
        payment_uid: paymentUid,
        price_version: asked.priceVersion,
        key_uid: asked.keyUid,
      })),
    )
    .execute();
};

/** Those of a checkout that still wait for it. */
const waiting = async (
  db: Db,
  paymentUid: string,
): Promise<{ domains: Domain[]; keyUid: string | null; priceVersion: number }> => {
  const rows = await db
    .selectFrom('domain_checkout')
    .select(['domain_uid', 'price_version', 'key_uid'])
    .where('payment_uid', '=', paymentUid)
    .orderBy('domain_uid')
    .execute();
  const domains = await domainsOfUids(
    db,
    rows.map((row) => row.domain_uid),
  );
  return {
    domains: [...domains.values()].filter(({ status }) => status === 'cart'),
    keyUid: rows[0]?.key_uid ?? null,
    priceVersion: rows[0]?.price_version ?? 0,
  };
};

/** Sets the price aside that was paid a moment ago, and starts the registrations. */
const registerWaiting = async (
  tx: Tx,
  { workflows }: Pick<FeatureContext, 'workflows'>,
  paymentUid: string,
  now: Date,
): Promise<void> => {
  const { domains, keyUid, priceVersion } = await waiting(tx, paymentUid);
  const [first] = domains;
  if (!first) return;
  const { teamUid, workspaceUid } = first;
  await lockFunds(tx, teamUid);
  await reserveCharges(tx, {
    teamUid,
    workspaceUid,
    reference: { type: 'domain', uid: first.uid },
    description: domains.length === 1 ? first.name : `${domains.length} domains`,
    lines: domains.map((domain) => domainLine({ ...domain, years: domain.registrationYears })),
    keyUid,
    paidOutside: true,
    priceVersion,
    now,
  });
  for (const { uid: domainUid } of domains) {
    await moveDomain(tx, domainUid, 'registration_in_progress', now);
    await workflows.start(tx, register, registerId(domainUid), { domainUid, platform: null });
  }
};

/** The purchase `domains` of a checkout. A name that was taken meanwhile is credited back by its registration. */
export const domainCheckout: CheckoutPurchase = {
  paid:
    async (context, { subjectUid }) =>
    (tx, now) =>
      registerWaiting(tx, context, subjectUid, now),
  async unpaid(tx, _context, paymentUid, reason, now) {
    for (const { uid } of (await waiting(tx, paymentUid)).domains) {
      await moveDomain(tx, uid, 'payment_failed', now, { statusReason: reason });
    }
  },
};
