// Reserve → capture → give back: the only ways money moves for things a team buys.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { recordEvents } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { creditsArrived } from './arrival.ts';
import { type ChargeLine, type ChargeSubject, totalOf, wayBack } from './charge.ts';
import { insufficientFunds } from './errors.ts';
import { walletEvent } from './events.ts';
import { checkCaps, refuseBeyondCaps, spendUnderCaps } from './spend-caps.ts';
import {
  chargeSetStatus,
  chargesCapture,
  chargesInsert,
  chargesLock,
  fundsLock,
  transactionInsert,
  walletBalance,
  walletToSpend,
} from './store.ts';
import { withTax } from './tax.ts';
import { noticeSpending } from './wallet-settings.ts';

/** Call first in a purchase's transaction: prices, seats and balance then hold until it commits. */
export const lockFunds = fundsLock;

/** What can be bought, and how a wallet that cannot pay for it says so; clients know these words. */
const purposes = {
  order: 'place the order',
  domain: 'register domains',
  domain_renewal: 'renew domains',
  mailbox: 'purchase mailboxes',
  mailbox_term: 'renew mailboxes',
  subscription: 'pay the subscription',
  warmup: 'warm mailboxes up',
  prewarm: 'buy prewarmed domains',
};
export type Purchase = keyof typeof purposes;

/**
 * Sets the money for these lines and the tax on them aside, all or nothing. Answers the lines with those of the tax.
 * Throws `insufficient_funds` and changes nothing when the wallet holds less, `spend_cap_exceeded` when a cap is passed.
 */
export const reserveCharges = async (
  tx: Tx,
  purchase: {
    teamUid: string;
    workspaceUid: string | null;
    /** The key that asks, whose caps count; null for what happens by itself. */
    keyUid: string | null;
    /** What the key asked for was paid outside since: it counts under the caps, and is refused by none. */
    paidOutside?: boolean;
    reference: { type: Purchase; uid: string };
    /** What is bought once; the uid of the reference, where one thing is bought in one go. */
    key?: string;
    description: string;
    lines: ChargeLine[];
    /** Of the price book that the lines were priced from. */
    priceVersion: number;
    now: Date;
  },
): Promise<ChargeLine[]> => {
  const { teamUid, workspaceUid, keyUid, paidOutside, now } = purchase;
  await fundsLock(tx, teamUid);
  const lines = await withTax(tx, teamUid, purchase.priceVersion, purchase.lines);
  const totalMicros = totalOf(lines);
  const { balanceMicros: beforeMicros, hasCaps } = await walletToSpend(tx, teamUid);
  assertAffordable(beforeMicros, totalMicros, purchase.reference.type);
  if (hasCaps) await spendUnderCaps(tx, { teamUid, workspaceUid, keyUid, paidOutside, totalMicros, now });
  const charges = lines.map((line) => ({
    ...line,
    uid: newId(),
    teamUid,
    workspaceUid,
    keyUid,
    status: 'reserved' as const,
  }));
  await chargesInsert(tx, charges, purchase.priceVersion, now);
  if (totalMicros > 0) {
    const booked = await transactionInsert(tx, {
      teamUid,
      kind: 'reserve',
      idempotencyKey: `reserve:${purchase.key ?? purchase.reference.uid}`,
      from: 'wallet',
      to: 'reserved',
      amountMicros: totalMicros,
      description: purchase.description,
      reference: purchase.reference,
      workspaceUid,
      at: now,
    });
    // Charges without their money would be a hole in the books.
    if (!booked) throw new Error(`the money for ${purchase.reference.uid} was set aside before`);
    await recordEvents(tx, [
      walletEvent(teamUid, workspaceUid, 'debited', totalMicros, purchase.description, now),
    ]);
    await noticeSpending(tx, teamUid, { beforeMicros, afterMicros: beforeMicros - totalMicros }, now);
  }
  return lines;
};

/** Throws `insufficient_funds` when the wallet cannot pay. */
const assertAffordable = (walletMicros: number, totalMicros: number, purchase: Purchase): void => {
  if (walletMicros >= totalMicros) return;
  throw insufficientFunds(`Insufficient wallet balance to ${purposes[purchase]}`, {
    required_credits: microsToCredits(totalMicros),
    credits_remaining: microsToCredits(walletMicros),
    missing_credits: microsToCredits(totalMicros - walletMicros),
  });
};

type Planned = {
  teamUid: string;
  workspaceUid: string | null;
  keyUid: string | null;
  lines: readonly { amountMicros: number }[];
  now: Date;
};

/** For a dry run: throws whatever `reserveCharges` would refuse the purchase for, and reserves nothing. */
export const assertPayable = async (
  db: Db,
  purchase: Planned & { type: Purchase },
  /** Whether it would wait for credits instead of being refused for the lack of them. */
  { waits = false }: { waits?: boolean } = {},
): Promise<void> => {
  if (!waits)
    assertAffordable(await walletBalance(db, purchase.teamUid), totalOf(purchase.lines), purchase.type);
  await assertWithinCaps(db, purchase, { dryRun: true });
};

/** For what is paid later or outside: throws `spend_cap_exceeded` when a cap refuses it. A dry run is not told of. */
export const assertWithinCaps = async (
  db: Db,
  purchase: Planned,
  { dryRun }: { dryRun: boolean },
): Promise<void> => {
  const spending = { ...purchase, totalMicros: totalOf(purchase.lines) };
  await (dryRun ? checkCaps(db, spending) : refuseBeyondCaps(db, spending));
};

/** The account that a charge lies in once it is captured: a tax is not earned. */
const earnedIn = ({ purpose }: { purpose: ChargeLine['purpose'] }) => (purpose === 'tax' ? 'tax' : 'revenue');

/** Turns what was reserved for a thing into a charge. Doing it again changes nothing. */
export const captureCharges = async (tx: Tx, subject: ChargeSubject, now: Date): Promise<void> => {
  for (const charge of await chargesCapture(tx, subject, now)) {
    if (charge.amountMicros === 0) continue;
    await transactionInsert(tx, {
      teamUid: charge.teamUid,
      kind: 'capture',
      idempotencyKey: `capture:${charge.uid}`,
      from: 'reserved',
      to: earnedIn(charge),
      amountMicros: charge.amountMicros,
      description: charge.description,
      reference: subject,
      workspaceUid: charge.workspaceUid,
      at: now,
    });
  }
};

/** Gives back everything a thing cost, whether it was only reserved or charged already. Doing it again changes nothing. */
export const giveBackCharges = async (
  tx: Tx,
  subject: ChargeSubject,
  reason: string,
  now: Date,
): Promise<void> => {
  for (const charge of await chargesLock(tx, subject)) {
    const way = wayBack(charge.status);
    if (!way) continue;
    await chargeSetStatus(tx, charge.uid, way === 'release' ? 'released' : 'refunded', now);
    if (charge.amountMicros === 0) continue;
    // Invoices add taxes up by what is written here.
    const description =
      charge.purpose === 'tax' ? charge.description : `${charge.description}: credited back, ${reason}`;
    await transactionInsert(tx, {
      teamUid: charge.teamUid,
      kind: way,
      idempotencyKey: `${way}:${charge.uid}`,
      from: way === 'release' ? 'reserved' : earnedIn(charge),
      to: 'wallet',
      amountMicros: charge.amountMicros,
      description,
      reference: subject,
      workspaceUid: charge.workspaceUid,
      at: now,
    });
    await recordEvents(tx, [
      walletEvent(charge.teamUid, charge.workspaceUid, 'credited', charge.amountMicros, description, now),
    ]);
    const { teamUid } = charge;
    await creditsArrived(tx, { teamUid, reference: subject, key: `${way}:${charge.uid}`, at: now });
  }
};

/**
 * Adds credits to a team's wallet; the same key never adds twice. In the same transaction a debt is paid, and those
 * who wait for funds (`waitForFunds`) are let go on.
 */
export const addCredits = async (
  tx: Tx,
  funding: {
    teamUid: string;
    amountMicros: number;
    key: string;
    description: string;
    /** What brought them; the team itself when nothing is named. */
    reference?: { type: string; uid: string };
    now: Date;
  },
): Promise<void> => {
  const { teamUid, amountMicros, description, now } = funding;
  const reference = funding.reference ?? { type: 'team', uid: teamUid };
  const idempotencyKey = `funding:${funding.key}`;
  const booked = await transactionInsert(tx, {
    teamUid,
    kind: 'funding',
    idempotencyKey,
    from: 'funding',
    to: 'wallet',
    amountMicros,
    description,
    reference,
    workspaceUid: null,
    at: now,
  });
  if (!booked) return;
  await recordEvents(tx, [walletEvent(teamUid, null, 'credited', amountMicros, description, now)]);
  await creditsArrived(tx, { teamUid, reference, key: idempotencyKey, at: now });
};
