// One visit of a mailbox: it looks for the letters it was sent, treats them, and hands in those it is to send. Each step
// is written down before the next begins, so that whoever comes after a crash knows what may have happened: a letter found
// being handed in is asked for at the host's queue before anything is sent again.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { FeatureContext } from '../context.ts';
import { type Mailbox, mailboxByUid } from '../mailboxes/index.ts';
import { dayAt } from './calendar.ts';
import { compose } from './compose.ts';
import { treatmentOf } from './curve.ts';
import { daysAdd } from './day-store.ts';
import { type Letter, MOST_DEPTH, messageIdOf, type Place } from './letter.ts';
import { isOver, letterMove, lettersByDay, lettersDue, lettersInsert } from './letter-store.ts';
import { findLetters, treatLetters } from './look.ts';
import { openReader, openSender } from './mail-programs.ts';
import { later, works } from './move.ts';
import { randomFrom } from './random.ts';
import { replySlot } from './reply.ts';
import { warmupSecret } from './secret.ts';
import { subscriptionByUid, subscriptionLock, subscriptionsByUid, subscriptionsRelease } from './store.ts';
import type { Subscription } from './subscription.ts';

export type VisitContext = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'providers'> & {
  log: { warn(fields: object, message: string): void };
};

const MINUTE_MS = 60_000;
const MOST_LETTERS = 200;
/** After a host that could not be reached, or that says later. */
const AGAIN_AFTER_MS = 15 * MINUTE_MS;
/** Longer than it takes to hand in a letter: what is `sending` for so long is nobody's any more. */
const SENDING_MS = 10 * MINUTE_MS;
/** A letter that is not there yet is looked for again, a day long. */
const LOOKS_AFTER_MS = [30, 120, 360, 930].map((minutes) => minutes * MINUTE_MS);
/** Nobody reads mail the moment it arrives. */
const READ_SOONEST_MS = 5 * MINUTE_MS;
const READ_LATEST_MS = 120 * MINUTE_MS;

type Visit = { context: VisitContext; subscription: Subscription; mailbox: Mailbox };

export const visitMailbox = async (
  context: VisitContext,
  workerUid: string,
  subscription: Subscription,
): Promise<void> => {
  const { db, clock } = context;
  try {
    const letters = await lettersDue(db, subscription.uid, clock.now(), MOST_LETTERS);
    const mailbox = await mailboxByUid(db, subscription.mailboxUid);
    if (!mailbox) throw new Error(`mailbox ${subscription.mailboxUid} does not exist`);
    const visit = { context, subscription, mailbox };
    const isIncoming = ({ status }: Letter) => status === 'sent' || status === 'found';
    await part(visit, letters.filter(isIncoming), look);
    await part(
      visit,
      letters.filter((letter) => !isIncoming(letter)),
      send,
    );
  } finally {
    await subscriptionsRelease(db, workerUid, subscription.uid);
  }
};

/** What could not be done now, is tried again later. */
const part = async (
  visit: Visit,
  letters: readonly Letter[],
  work: (visit: Visit, letters: readonly Letter[]) => Promise<void>,
): Promise<void> => {
  if (letters.length === 0) return;
  const { context, mailbox } = visit;
  try {
    await work(visit, letters);
  } catch (error) {
    context.log.warn({ err: error, mailbox: mailbox.uid }, 'a warm-up visit went wrong');
    const dueAt = later(context.clock.now(), AGAIN_AFTER_MS);
    for (const letter of letters) await letterMove(context.db, letter, { dueAt });
  }
};

// Sending

const send = async (visit: Visit, letters: readonly Letter[]): Promise<void> => {
  const { context, subscription, mailbox } = visit;
  const { db, clock, secrets } = context;
  const wanted: Letter[] = [];
  for (const letter of letters) {
    if (letter.status !== 'sending') wanted.push(letter);
    else if ((await handedIn(visit, letter)) === false) wanted.push(letter);
  }
  if (wanted.length === 0) return;
  if (!works(mailbox)) return drop(visit, wanted, `the mailbox is ${mailbox.status}`);
  const today = dayAt(clock.now(), subscription.settings.timeZone);
  await drop(
    visit,
    wanted.filter(({ day }) => day < today),
    'its day is over',
  );
  const ofToday = wanted.filter(({ day }) => day >= today);
  if (ofToday.length === 0) return;
  const secret = await warmupSecret(db, secrets);
  const sender = await openSender(context, mailbox);
  try {
    for (const letter of ofToday) {
      const recipient = await mayGo(visit, letter);
      if (!recipient) continue;
      const sending = { ...letter, status: 'sending' as const };
      const composed = await compose(letter, mailbox, recipient, secret, clock.now());
      const handed = await sender.send(composed);
      const dueAt = later(clock.now(), AGAIN_AFTER_MS);
      switch (handed.outcome) {
        case 'sent':
          await sent(visit, sending);
          break;
        case 'later':
          await letterMove(db, sending, { status: 'planned', dueAt, reason: handed.reason.slice(0, 500) });
          break;
        case 'unknown':
          await letterMove(db, sending, { dueAt, reason: handed.reason.slice(0, 500) });
          break;
        case 'refused':
          await refused(visit, sending, handed.reason);
      }
    }
  } finally {
    sender.close();
  }
};

/** Writes down that it is being handed in, if it may be: both sides warm up at this moment. Answers who gets it. */
const mayGo = (visit: Visit, letter: Letter): Promise<Mailbox | null> => {
  const { context, subscription } = visit;
  return inTransaction(context.db, async (tx) => {
    const now = context.clock.now();
    // Whoever pauses it has the row as well: the letter goes before, or not at all.
    const own = await subscriptionLock(tx, subscription.uid);
    const other = await subscriptionByUid(tx, letter.toUid);
    const recipient = other && (await mailboxByUid(tx, other.mailboxUid));
    if (own?.status !== 'active' || other?.status !== 'active' || !recipient || !works(recipient)) {
      const reason =
        own?.status !== 'active' ? 'its sender does not warm up' : 'its recipient does not warm up';
      await letterMove(tx, letter, { status: 'dropped', reason, ...isOver });
      return null;
    }
    const change = { status: 'sending' as const, dueAt: later(now, SENDING_MS), reason: null };
    return (await letterMove(tx, letter, change)) ? recipient : null;
  });
};

/** What became of a letter that somebody was handing in: true when it is on its way, false when it never arrived. */
const handedIn = async (visit: Visit, letter: Letter): Promise<boolean> => {
  const queue = visit.context.providers.mailQueue();
  const outcome = await queue.submission(visit.mailbox.uid, letter.messageId);
  if (outcome === 'never') return false;
  // Where another system sends it nobody can be asked: the recipient will see.
  await sent(visit, letter);
  return true;
};

const sent = async ({ context, subscription }: Visit, letter: Letter): Promise<void> => {
  await inTransaction(context.db, async (tx) => {
    const now = context.clock.now();
    const waitMs = READ_SOONEST_MS + randomFrom(letter.uid, 'read at')() * (READ_LATEST_MS - READ_SOONEST_MS);
    const change = {
      status: 'sent' as const,
      sentAt: now,
      actorUid: letter.toUid,
      dueAt: later(now, waitMs),
      attempts: 0,
      reason: null,
    };
    if (!(await letterMove(tx, letter, change))) return;
    const replies = letter.depth > 0 ? 1 : 0;
    await daysAdd(tx, [{ subscriptionUid: subscription.uid, day: letter.day, sent: 1, replies }]);
  });
};

const refused = async ({ context, subscription }: Visit, letter: Letter, reason: string): Promise<void> => {
  await inTransaction(context.db, async (tx) => {
    const change = { status: 'failed' as const, reason: reason.slice(0, 500), ...isOver };
    if (!(await letterMove(tx, letter, change))) return;
    await daysAdd(tx, [{ subscriptionUid: subscription.uid, day: letter.day, failed: 1 }]);
  });
};

const drop = async ({ context }: Visit, letters: readonly Letter[], reason: string): Promise<void> => {
  for (const letter of letters) {
    await letterMove(context.db, letter, { status: 'dropped', reason, ...isOver });
  }
};

// Looking

const look = async (visit: Visit, letters: readonly Letter[]): Promise<void> => {
  const { context, mailbox } = visit;
  if (!works(mailbox))
    return drop(visit, letters, `nobody could look for it: the mailbox is ${mailbox.status}`);
  const { client, close } = await openReader(context, mailbox);
  try {
    const found = await findLetters(client, letters);
    const places = new Map<string, Place>(
      found.map(({ letter, place }) => [letter.uid, letter.landedIn ?? place]),
    );
    // Before anything is moved: the place of a letter that is taken out of spam is known from here alone.
    for (const { letter } of found) {
      if (letter.status !== 'sent') continue;
      const landedIn = places.get(letter.uid)!;
      await letterMove(context.db, letter, { status: 'found', landedIn, landedAt: context.clock.now() });
    }
    const { settings } = visit.subscription;
    await treatLetters(
      client,
      found.map((one) => ({ found: one, ...treatmentOf(settings, one.letter.uid) })),
    );
    // One whose place was known before, and that somebody has taken away since, has landed there all the same.
    for (const { uid, landedIn } of letters) if (landedIn) places.set(uid, landedIn);
    const isPlaced = ({ uid }: Letter) => places.has(uid);
    await landed(visit, letters.filter(isPlaced), places);
    await notThere(
      visit,
      letters.filter((letter) => !isPlaced(letter)),
    );
  } finally {
    await close();
  }
};

const landed = async (
  visit: Visit,
  letters: readonly Letter[],
  places: ReadonlyMap<string, Place>,
): Promise<void> => {
  if (letters.length === 0) return;
  const { context, subscription } = visit;
  await inTransaction(context.db, async (tx) => {
    const now = context.clock.now();
    const own = await subscriptionLock(tx, subscription.uid);
    if (!own) return;
    const today = dayAt(now, own.settings.timeZone);
    const senders = await subscriptionsByUid(
      tx,
      letters.map(({ fromUid }) => fromUid),
    );
    const counts = await lettersByDay(tx, own.uid, today);
    for (const letter of letters) {
      const place = places.get(letter.uid)!;
      const { opens, marks, replies } = treatmentOf(own.settings, letter.uid);
      const change = { status: 'landed' as const, opened: opens, important: marks, ...isOver };
      if (!(await letterMove(tx, { ...letter, status: 'found' }, change))) continue;
      await daysAdd(tx, [
        { subscriptionUid: letter.fromUid, day: letter.day, [place]: 1 },
        {
          subscriptionUid: own.uid,
          day: today,
          received: 1,
          opened: opens ? 1 : 0,
          important: marks ? 1 : 0,
          rescued: place === 'spam' ? 1 : 0,
        },
      ]);
      const sender = senders.get(letter.fromUid);
      if (replies && sender?.status === 'active' && own.status === 'active' && letter.depth < MOST_DEPTH) {
        await planReply(tx, own, letter, counts, now);
      }
    }
  });
};

const planReply = async (
  tx: Tx,
  own: Subscription,
  letter: Letter,
  counts: Map<string, number>,
  now: Date,
): Promise<void> => {
  const slot = replySlot(own, { seed: own.uid, readAt: now, countOn: (day) => counts.get(day) ?? 0 });
  if (!slot) return;
  const uid = newId();
  const written = await lettersInsert(tx, [
    {
      uid,
      fromUid: own.uid,
      toUid: letter.fromUid,
      answersUid: letter.uid,
      depth: letter.depth + 1,
      messageId: messageIdOf(uid, own.domainName),
      thread: [...letter.thread, letter.messageId],
      subject: letter.depth === 0 ? `Re: ${letter.subject}` : letter.subject,
      status: 'planned',
      day: slot.day,
      actorUid: own.uid,
      dueAt: slot.at,
      attempts: 0,
      sentAt: null,
      landedIn: null,
      createdAt: now,
    },
  ]);
  if (written > 0) counts.set(slot.day, (counts.get(slot.day) ?? 0) + 1);
};

const notThere = async ({ context }: Visit, letters: readonly Letter[]): Promise<void> => {
  for (const letter of letters) {
    await inTransaction(context.db, async (tx) => {
      const waitMs = LOOKS_AFTER_MS[letter.attempts];
      if (waitMs !== undefined) {
        const dueAt = later(context.clock.now(), waitMs);
        await letterMove(tx, letter, { attempts: letter.attempts + 1, dueAt });
        return;
      }
      const reason = 'not in any folder of its recipient a day later';
      if (!(await letterMove(tx, letter, { status: 'missing', reason, ...isOver }))) return;
      await daysAdd(tx, [{ subscriptionUid: letter.fromUid, day: letter.day, missing: 1 }]);
    });
  }
};
