// Plans the day of every mailbox whose hours begin: how many letters it sends, to whom, and when. Takes no input and acts
// on what is stored. Any number of processes may run it; one plans at a time, so that partners are shared out fairly.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxesOfUids } from '../mailboxes/index.ts';
import { dayAfter } from './calendar.ts';
import { lettersOn, momentsIn, nextRampDay, nextWindow, type Window } from './curve.ts';
import { daysAdd, daysSince } from './day-store.ts';
import { HEALTH_DAYS, measuredOf } from './health.ts';
import { type Letter, messageIdOf } from './letter.ts';
import { balancesSince, letterMove, lettersInsert, pairsSince, plannedLetters } from './letter-store.ts';
import { later, planAtOf, works } from './move.ts';
import { choosePartners, partnersOf } from './pairing.ts';
import { randomFrom } from './random.ts';
import { activeMembers, plannerLock, subscriptionsToPlan, subscriptionUpdate } from './store.ts';
import type { Subscription } from './subscription.ts';
import { subjectOf } from './write.ts';

const MOST_AT_ONCE = 200;
const DAY_MS = 24 * 60 * 60_000;
const BALANCE_DAYS = 14;
/** A pair rests so long after a letter, as long as there are others. */
const PAIR_RESTS_DAYS = 3;

export const planWarmups = async ({ db, clock }: Pick<FeatureContext, 'db' | 'clock'>): Promise<void> => {
  while (await inTransaction(db, (tx) => planSome(tx, clock.now())));
};

/** One day of one mailbox, as it is being planned. */
type DayPlan = {
  subscription: Subscription;
  window: Window;
  rampDay: number;
  /** With the replies that are due on the day. */
  letters: number;
  replies: Letter[];
};

/** Answers whether there may be more. */
const planSome = async (tx: Tx, now: Date): Promise<boolean> => {
  if (!(await plannerLock(tx))) return false;
  const due = await subscriptionsToPlan(tx, now, MOST_AT_ONCE);
  if (due.length === 0) return false;
  const fit = await withWorkingMailbox(tx, due, now);
  const plans = await dayPlans(tx, fit, now);
  const members = await activeMembers(tx, [...new Set(plans.map((plan) => plan.subscription.workspaceUid))]);
  const memberOf = new Map(members.map((member) => [member.uid, member]));
  const balances = await balancesSince(tx, later(now, -BALANCE_DAYS * DAY_MS));
  const pairs = await pairsSince(
    tx,
    plans.map(({ subscription }) => subscription.uid),
    later(now, -PAIR_RESTS_DAYS * DAY_MS),
  );
  const partners = choosePartners(
    plans.map(({ subscription, letters, replies }) => ({
      member: memberOf.get(subscription.uid)!,
      letters: letters - replies.length,
    })),
    members,
    {
      balance: (uid) => balances.get(uid) ?? { given: 0, taken: 0 },
      wrote: (from, to) => pairs.has(`${from} ${to}`),
    },
    randomFrom(now.toISOString(), due[0]!.uid),
  );
  const letters = plans.flatMap((plan) => newLetters(plan, partners.get(plan.subscription.uid)!, now));
  await lettersInsert(tx, letters);
  for (const plan of plans) {
    const { subscription, window, rampDay } = plan;
    const planned = { ...subscription, plannedDay: window.day };
    const change = {
      rampDay,
      plannedDay: window.day,
      plannedLetters: plan.letters,
      partners: partnersOf(memberOf.get(subscription.uid)!, members),
      planAt: planAtOf(planned, now),
    };
    await subscriptionUpdate(tx, subscription.uid, change, now);
  }
  await daysAdd(
    tx,
    plans.map(({ subscription: { uid }, window: { day }, replies }) => ({
      subscriptionUid: uid,
      day,
      planned: replies.length + partners.get(uid)!.length,
    })),
  );
  return due.length === MOST_AT_ONCE;
};

/** The others are looked at by the job that ends and pauses. */
const withWorkingMailbox = async (
  tx: Tx,
  due: readonly Subscription[],
  now: Date,
): Promise<Subscription[]> => {
  const mailboxes = await mailboxesOfUids(
    tx,
    due.map(({ mailboxUid }) => mailboxUid),
  );
  const fit: Subscription[] = [];
  for (const subscription of due) {
    const mailbox = mailboxes.get(subscription.mailboxUid);
    if (mailbox && works(mailbox)) fit.push({ ...subscription, domainName: mailbox.domainName });
    else await subscriptionUpdate(tx, subscription.uid, { planAt: null, dueAt: now }, now);
  }
  return fit;
};

const dayPlans = async (tx: Tx, due: readonly Subscription[], now: Date): Promise<DayPlan[]> => {
  const uids = due.map(({ uid }) => uid);
  const waiting = Map.groupBy(await plannedLetters(tx, uids), ({ fromUid }) => fromUid);
  const from = new Date(now.getTime() - (HEALTH_DAYS + 1) * DAY_MS).toISOString().slice(0, 10);
  const days = await daysSince(tx, uids, from);
  const plans: DayPlan[] = [];
  for (const subscription of due) {
    const { uid, settings } = subscription;
    const window = nextWindow(settings, now);
    if (window.from > now || window.day === subscription.plannedDay) {
      await subscriptionUpdate(tx, uid, { planAt: planAtOf(subscription, now) }, now);
      continue;
    }
    const first = dayAfter(window.day, -HEALTH_DAYS);
    const measured = measuredOf((days.get(uid) ?? []).filter(({ day }) => day >= first));
    const rampDay = nextRampDay(subscription.rampDay, measured);
    const letters = lettersOn(settings, { rampDay, day: window.day, seed: uid });
    const ofDay = (waiting.get(uid) ?? []).filter(({ day }) => day === window.day);
    const replies = ofDay.slice(0, letters);
    await postpone(tx, subscription, ofDay.slice(letters), window);
    plans.push({ subscription, window, rampDay, letters, replies });
  }
  return plans;
};

/** Answers for which the day has no room go out on the next. */
const postpone = async (
  tx: Tx,
  { settings }: Subscription,
  letters: readonly Letter[],
  window: Window,
): Promise<void> => {
  if (letters.length === 0) return;
  const next = nextWindow(settings, window.until);
  const moments = momentsIn(next, letters.length, next.from, randomFrom(letters[0]!.uid, 'postponed'));
  for (const [index, letter] of letters.entries()) {
    await letterMove(tx, letter, { day: next.day, dueAt: moments[index]! });
  }
};

const newLetters = ({ subscription, window }: DayPlan, partners: readonly string[], now: Date): Letter[] => {
  const random = randomFrom(subscription.uid, window.day, 'moments');
  const moments = momentsIn(window, partners.length, now, random);
  return partners.map((toUid, index) => {
    const uid = newId();
    return {
      uid,
      fromUid: subscription.uid,
      toUid,
      answersUid: null,
      depth: 0,
      messageId: messageIdOf(uid, subscription.domainName),
      thread: [],
      subject: subjectOf(uid),
      status: 'planned',
      day: window.day,
      actorUid: subscription.uid,
      dueAt: moments[index]!,
      attempts: 0,
      sentAt: null,
      landedIn: null,
      createdAt: now,
    };
  });
};
