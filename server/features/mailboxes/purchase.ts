// Buying mailboxes: the rules of a batch, and the rows that one transaction writes.
import type { Db, Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { type ChargeLine, lockFunds, reserveCharges, withTax } from '../billing/index.ts';
import { domainsByNameLock } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import { type MailboxPrice, mailboxPrices } from '../subscriptions/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { assertMailboxRoom } from './counts.ts';
import {
  duplicateMailbox,
  mailboxExists,
  mixedPlatforms,
  noDomainsFound,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import { mailboxBought } from './events.ts';
import type { Mailbox } from './mailbox.ts';
import { newSecrets, sealSecrets } from './secrets.ts';
import { addressesTaken, mailboxesInsert, mailboxesOnDomains } from './store.ts';
import { assertUsername } from './username.ts';

export type MailboxWish = {
  /** Chosen by whoever wrote it down before the mailbox; a new one otherwise. */
  uid?: string;
  username: string;
  domainName: string;
  firstName: string;
  lastName: string;
  platform: Platform;
  profilePicture: string | null;
  /** How many are paid ahead when it is bought. */
  months: number;
};

const addressOf = (wish: Pick<MailboxWish, 'username' | 'domainName'>): string =>
  `${wish.username}@${wish.domainName}`;

/** Checks what can be checked without knowing what exists; throws the first rule that is broken. */
export const checkWishes = (wishes: readonly MailboxWish[]): void => {
  for (const wish of wishes) assertUsername(wish.username, addressOf(wish));
  const seen = new Set<string>();
  for (const wish of wishes) {
    const address = addressOf(wish);
    if (seen.has(address)) throw duplicateMailbox(`${address} is in the request twice`, { email: address });
    seen.add(address);
  }
  for (const [domain, onDomain] of Map.groupBy(wishes, ({ domainName }) => domainName)) {
    const other = onDomain.find(({ platform }) => platform !== onDomain[0]!.platform);
    if (other) throw mixedPlatform(domain, onDomain[0]!.platform, other.platform);
  }
};

const mixedPlatform = (domain: string, has: Platform, wanted: Platform) =>
  mixedPlatforms(`${domain} has ${has} mailboxes, so it cannot have ${wanted} ones`, {
    domain,
    platform: has,
  });

type Scope = { teamUid: string; workspaceUid: string };
type Place = { uid: string; name: string };

/**
 * Checks the wishes against what the domains hold already. In a purchase the domains are locked by the caller, or
 * new; a dry run may name domains that are not there yet by any uid.
 */
export const checkPlaces = async (
  db: Db,
  { workspaceUid }: Pick<Scope, 'workspaceUid'>,
  places: readonly Place[],
  wishes: readonly MailboxWish[],
  maxPerDomain: number,
): Promise<Map<string, { count: number; platform: Platform }>> => {
  const held = await mailboxesOnDomains(
    db,
    places.map(({ uid }) => uid),
  );
  for (const place of places) {
    const wanted = wishes.filter(({ domainName }) => domainName === place.name);
    const present = held.get(place.uid);
    if (present && wanted[0] && present.platform !== wanted[0].platform) {
      throw mixedPlatform(place.name, present.platform, wanted[0].platform);
    }
    const count = present?.count ?? 0;
    if (count + wanted.length > maxPerDomain) {
      throw tooManyMailboxesOnDomain(
        `${place.name} can hold maximum ${maxPerDomain} mailboxes and currently has ${count} mailbox(es)`,
        { domain: place.name, maximum: maxPerDomain, current: count, requested: wanted.length },
      );
    }
  }
  const taken = await addressesTaken(db, wishes.map(addressOf));
  if (taken.length > 0) throw mailboxExists(`Mailbox ${taken[0]} already exists`, { mailboxes: taken });
  await assertMailboxRoom(db, workspaceUid, wishes.length);
  return held;
};

/** Writes the mailboxes as `scheduled`, the first of each empty domain as its admin. */
export const insertMailboxes = async (
  tx: Tx,
  deps: { secrets: SecretBox; maxPerDomain: number },
  scope: Scope,
  places: readonly Place[],
  wishes: readonly MailboxWish[],
  now: Date,
): Promise<Mailbox[]> => {
  if (wishes.length === 0) return [];
  const held = await checkPlaces(tx, scope, places, wishes, deps.maxPerDomain);
  const placeByName = new Map(places.map((place) => [place.name, place]));
  const withAdmin = new Set(held.keys());
  const mailboxes = wishes.map((wish): Mailbox => {
    const place = placeByName.get(wish.domainName)!;
    const isAdmin = !withAdmin.has(place.uid);
    withAdmin.add(place.uid);
    return {
      uid: wish.uid ?? newId(),
      ...scope,
      domainUid: place.uid,
      domainName: place.name,
      username: wish.username,
      address: addressOf(wish),
      firstName: wish.firstName,
      lastName: wish.lastName,
      platform: wish.platform,
      status: 'scheduled',
      statusReason: null,
      statusSince: now,
      isAdmin,
      forwardingEmail: null,
      forwardingKeepCopy: true,
      updateStatus: 'na',
      signature: null,
      profilePicture: wish.profilePicture,
      renewalDate: null,
      renewalCycle: 'monthly',
      renewalStatus: 'na',
      prepaidUntil: null,
      termAnchor: null,
      termMonths: wish.months,
      dueAt: null,
      remindedAt: null,
      unpaidSince: null,
      nextTryAt: null,
      seatUntil: null,
      suspendedFor: null,
      cancellationStatus: 'na',
      reactivationStatus: 'na',
      erasingSince: null,
      sequencerUids: [],
      sequencerStatus: 'na' as const,
      runs: 0,
      createdAt: now,
      updatedAt: now,
    };
  });
  const lost = await mailboxesInsert(
    tx,
    mailboxes.map((mailbox) => ({
      ...mailbox,
      sealed: sealSecrets(deps.secrets, mailbox.uid, newSecrets()),
    })),
  );
  if (lost.length > 0) throw mailboxExists(`Mailbox ${lost[0]} already exists`, { mailboxes: lost });
  await recordEvents(tx, mailboxes.map(mailboxBought));
  return mailboxes;
};

export type MailboxPurchase = {
  scope: Scope;
  wishes: readonly MailboxWish[];
  /** Pays every mailbox from the wallet and keeps the included seats free. */
  useWalletBalance: boolean;
  book: PriceBook;
  /** The key that asks. */
  keyUid: string;
};

/** The domains the mailboxes go on, and the price of each mailbox; both hold until the transaction ends. */
const lockPlaces = async (tx: Tx, { scope, wishes, useWalletBalance, book }: MailboxPurchase) => {
  await holdWorkspace(tx, scope.workspaceUid);
  await lockFunds(tx, scope.teamUid);
  const names = [...new Set(wishes.map(({ domainName }) => domainName))];
  const places = await domainsByNameLock(tx, scope.workspaceUid, names);
  const missing = names.filter((name) => !places.some((place) => place.name === name));
  if (missing.length > 0) {
    throw noDomainsFound(`No domains found: ${missing.join(', ')}`, { domains: missing });
  }
  const platforms = wishes.map(({ platform }) => platform);
  return { places, prices: await mailboxPrices(tx, scope.teamUid, platforms, { useWalletBalance, book }) };
};

/** What a purchase would cost, after every check but whether it can be paid; writes nothing. */
export const priceMailboxes = async (
  tx: Tx,
  purchase: MailboxPurchase,
  maxPerDomain: number,
): Promise<ChargeLine[]> => {
  const { places, prices } = await lockPlaces(tx, purchase);
  await checkPlaces(tx, purchase.scope, places, purchase.wishes, maxPerDomain);
  const lines = mailboxLines(purchase.wishes, prices);
  return withTax(tx, purchase.scope.teamUid, purchase.book.version, lines);
};

/** Writes the mailboxes and sets their price aside; making them is for the workflow `mailboxes.buy`. */
export const purchaseMailboxes = async (
  tx: Tx,
  deps: { secrets: SecretBox; maxPerDomain: number },
  purchase: MailboxPurchase,
  now: Date,
): Promise<{ mailboxes: Mailbox[]; lines: ChargeLine[] }> => {
  const { places, prices } = await lockPlaces(tx, purchase);
  const mailboxes = await insertMailboxes(tx, deps, purchase.scope, places, purchase.wishes, now);
  const where = places.map(({ name }) => name).join(', ');
  const lines = await reserveCharges(tx, {
    ...purchase.scope,
    reference: { type: 'mailbox', uid: mailboxes[0]!.uid },
    description: `${mailboxes.length} mailbox${mailboxes.length === 1 ? '' : 'es'} on ${where}`,
    lines: mailboxes.map((mailbox, index) => mailboxLine(mailbox, prices[index]!)),
    keyUid: purchase.keyUid,
    priceVersion: purchase.book.version,
    now,
  });
  return { mailboxes, lines };
};

/** The lines of mailboxes that are wished for and not there. */
export const mailboxLines = (wishes: readonly MailboxWish[], prices: readonly MailboxPrice[]): ChargeLine[] =>
  wishes.map((wish, index) =>
    mailboxLine({ uid: '', address: addressOf(wish), termMonths: wish.months }, prices[index]!),
  );

export const mailboxLine = (
  { uid, address, termMonths }: Pick<Mailbox, 'uid' | 'address' | 'termMonths'>,
  { amountMicros, paidWith }: MailboxPrice,
): ChargeLine => ({
  subject: { type: 'mailbox', uid },
  purpose: 'first_month',
  description: `${address}, ${
    paidWith === 'included_seat'
      ? 'included seat'
      : termMonths === 1
        ? 'first month'
        : `first ${termMonths} months`
  }`,
  amountMicros: amountMicros * termMonths,
  paidWith,
});
