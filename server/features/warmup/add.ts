// Adding mailboxes to warm-up: which can be, and what one transaction writes.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { ApiError } from '../../http/errors.ts';
import { type ChargeLine, lockFunds, withTax } from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import { type Mailbox, mailboxesLock, mailboxNotFound } from '../mailboxes/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { defaultSettings, type WarmupSettings } from './curve.ts';
import { warmupMailboxEnded } from './errors.ts';
import { warmupAdded } from './events.ts';
import { begin, hasEnded, works } from './move.ts';
import { subscriptionInsert, subscriptionsOfMailboxesLock, subscriptionUpdate } from './store.ts';
import type { Subscription } from './subscription.ts';
import { monthLine, setMonthsAside } from './terms.ts';

export type WarmupWish = {
  mailboxUids: readonly string[];
  /** Whether it begins as soon as the mailbox works; else somebody has to resume it. */
  activateImmediately: boolean;
  /** What is left out is as it was, or as by default. */
  settings: Partial<WarmupSettings>;
  shared: boolean | undefined;
};

export type WarmupBuyer = { teamUid: string; workspaceUid: string; keyUid: string | null; book: PriceBook };

export type Refused = { mailboxUid: string; error: ApiError };

export type Added = {
  lines: ChargeLine[];
  /** In the order of the request. */
  subscriptionUids: string[];
  mailboxUids: string[];
  /** Mailboxes that have one already: nothing is done, and nothing paid, a second time. */
  skipped: string[];
  refused: Refused[];
};

type Chosen = { subscription: Subscription; mailbox: Mailbox; isNew: boolean };

/**
 * Which of the mailboxes are added; a mailbox is warmed up once, however often it is asked for. One whose warm-up was
 * cancelled has the same subscription again, with the time that is left of what it paid.
 *
 * @throws ApiError the first refusal when no mailbox of the request can be
 */
const choose = async (
  tx: Tx,
  { teamUid, workspaceUid }: WarmupBuyer,
  wish: WarmupWish,
  now: Date,
): Promise<{ chosen: Chosen[]; skipped: string[]; refused: Refused[] }> => {
  await holdWorkspace(tx, workspaceUid);
  await lockFunds(tx, teamUid);
  const wanted = [...new Set(wish.mailboxUids)];
  const locked = await mailboxesLock(tx, workspaceUid, wanted);
  const mailboxes = new Map(locked.map((mailbox) => [mailbox.uid, mailbox]));
  const present = await subscriptionsOfMailboxesLock(tx, [...mailboxes.keys()]);
  const skipped: string[] = [];
  const refused: Refused[] = [];
  const chosen: Chosen[] = [];
  for (const mailboxUid of wanted) {
    const mailbox = mailboxes.get(mailboxUid);
    const before = present.get(mailboxUid);
    if (!mailbox) refused.push({ mailboxUid, error: mailboxNotFound('Mailbox not found') });
    else if (hasEnded(mailbox)) {
      const said = `${mailbox.address} is ${mailbox.status}, so it cannot be warmed up`;
      refused.push({ mailboxUid, error: warmupMailboxEnded(said) });
    } else if (before && before.status !== 'cancelled') skipped.push(mailboxUid);
    else {
      const subscription = { ...(before ?? newSubscription(mailbox, now)), ...wishesOf(wish, before) };
      chosen.push({ subscription, mailbox, isNew: before === undefined });
    }
  }
  const [first] = refused;
  if (first && chosen.length + skipped.length === 0) throw withErrors(first.error, refused);
  return { chosen, skipped, refused };
};

const unpaidOf = (chosen: readonly Chosen[], now: Date) =>
  chosen
    .filter(({ subscription: { paidUntil } }) => paidUntil === null || paidUntil <= now)
    .map(({ subscription, mailbox }) => ({ subscription, email: mailbox.address }));

/** What it would cost, after every check but whether it can be paid; writes nothing. */
export const priceWarmups = async (
  tx: Tx,
  buyer: WarmupBuyer,
  wish: WarmupWish,
  now: Date,
): Promise<Omit<Added, 'subscriptionUids' | 'mailboxUids'>> => {
  const { chosen, skipped, refused } = await choose(tx, buyer, wish, now);
  const lines = unpaidOf(chosen, now).map(({ email }) => monthLine('', email, buyer.book));
  return { lines: await withTax(tx, buyer.teamUid, buyer.book.version, lines), skipped, refused };
};

/** @throws ApiError `insufficient_funds` for all of them, and as the choice does */
export const addWarmups = async (tx: Tx, buyer: WarmupBuyer, wish: WarmupWish, now: Date): Promise<Added> => {
  const { chosen, skipped, refused } = await choose(tx, buyer, wish, now);
  const lines = await bring(tx, buyer, chosen, now);
  return {
    lines,
    subscriptionUids: chosen.map(({ subscription }) => subscription.uid),
    mailboxUids: chosen.map(({ mailbox }) => mailbox.uid),
    skipped,
    refused,
  };
};

/** Writes them, sets their months aside, and begins those that can. */
const bring = async (
  tx: Tx,
  buyer: WarmupBuyer,
  added: readonly Chosen[],
  now: Date,
): Promise<ChargeLine[]> => {
  for (const { subscription, isNew } of added) {
    if (isNew) {
      // The mailbox is locked, and was looked at under that lock.
      if (!(await subscriptionInsert(tx, subscription))) throw new Error('a mailbox has one warm-up already');
    } else {
      const { beginsByItself, settings, shared } = subscription;
      await subscriptionUpdate(tx, subscription.uid, { beginsByItself, settings, shared }, now);
    }
  }
  const lines = await setMonthsAside(tx, unpaidOf(added, now), buyer, now);
  for (const { subscription, mailbox } of added) {
    await recordEvents(tx, [warmupAdded(subscription, mailbox.address, now)]);
    if (subscription.beginsByItself || subscription.status === 'cancelled') {
      await beginOrWait(tx, buyer, subscription, mailbox, now);
    }
  }
  return lines;
};

const beginOrWait = async (
  tx: Tx,
  buyer: WarmupBuyer,
  subscription: Subscription,
  mailbox: Mailbox,
  now: Date,
): Promise<void> => {
  if (subscription.beginsByItself) {
    await begin(tx, subscription, mailbox, buyer, now);
    return;
  }
  const waits = { status: 'pending', statusReason: null, statusSince: now } as const;
  await subscriptionUpdate(tx, subscription.uid, waits, now);
};

const newSubscription = (mailbox: Mailbox, now: Date): Subscription => ({
  uid: newId(),
  teamUid: mailbox.teamUid,
  workspaceUid: mailbox.workspaceUid,
  mailboxUid: mailbox.uid,
  domainUid: mailbox.domainUid,
  domainName: mailbox.domainName,
  status: 'pending',
  statusReason: works(mailbox) ? null : `the mailbox is ${mailbox.status}`,
  statusSince: now,
  pausedFor: null,
  beginsByItself: true,
  settings: defaultSettings,
  shared: false,
  rampDay: 0,
  plannedDay: null,
  plannedLetters: 0,
  planAt: null,
  partners: null,
  startedAt: null,
  termAnchor: null,
  termMonths: 0,
  paidUntil: null,
  unpaidSince: null,
  dueAt: null,
  createdAt: now,
  updatedAt: now,
});

const wishesOf = (wish: WarmupWish, before: Subscription | undefined) => ({
  beginsByItself: wish.activateImmediately,
  settings: { ...(before?.settings ?? defaultSettings), ...wish.settings },
  shared: wish.shared ?? before?.shared ?? false,
});

export const refusals = (refused: readonly Refused[]) =>
  refused.map(({ mailboxUid, error }) => ({
    mailbox_uid: mailboxUid,
    code: error.definition.code,
    error: error.message,
  }));

const withErrors = ({ definition, message, fields }: ApiError, refused: readonly Refused[]): ApiError =>
  new ApiError(definition, message, { ...fields, errors: refusals(refused) });
