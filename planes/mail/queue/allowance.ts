/** How much a mailbox and a domain may send in an hour and in a day, and every SQL statement on `mail.send_window`. */
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';

/** Null where there is no limit. Hours and days are those of UTC, so that a refusal can say when the next one begins. */
export type Allowance = {
  messagesPerHour: number | null;
  recipientsPerHour: number | null;
  messagesPerDay: number | null;
  recipientsPerDay: number | null;
};

/** Of each mailbox, and of all mailboxes of a domain together. */
export type SendLimits = { mailbox: Allowance; domain: Allowance };

export const UNLIMITED: Allowance = {
  messagesPerHour: null,
  recipientsPerHour: null,
  messagesPerDay: null,
  recipientsPerDay: null,
};

export type Exceeded = {
  of: 'mailbox' | 'domain';
  limit: number;
  what: 'messages' | 'recipients';
  length: 'hour' | 'day';
  /** When to try again; null when this message alone is beyond the limit, so that waiting does not help. */
  retryAt: Date | null;
};

const HOUR_MS = 60 * 60_000;
const LENGTH_MS = { hour: HOUR_MS, day: 24 * HOUR_MS };

type Window = {
  of: 'mailbox' | 'domain';
  subject: string;
  length: 'hour' | 'day';
  startsAt: Date;
  messages: number | null;
  recipients: number | null;
};

/** One message against the limits of its mailbox and domain. */
export type Send = { mailboxId: string; domain: string; recipients: number; now: Date; limits: SendLimits };

/**
 * Counts messages against every limit there is. What it answers other than null, about the first that is too much, is
 * for the caller to throw: the counts of a transaction that rolls back are gone with it.
 */
export async function countSends(tx: Tx, sends: readonly Send[]): Promise<Exceeded | null> {
  const asked = sends.flatMap((send) => windowsOf(send).map((window) => ({ window, send })));
  if (asked.length === 0) return null;
  const sums = new Map<string, { window: Window; messages: number; recipients: number }>();
  for (const { window, send } of asked) {
    const sum = sums.get(keyOf(window)) ?? { window, messages: 0, recipients: 0 };
    sums.set(keyOf(window), {
      window,
      messages: sum.messages + 1,
      recipients: sum.recipients + send.recipients,
    });
  }
  const given = [...sums.values()].map(({ window: { subject, length, startsAt }, messages, recipients }) => ({
    subject,
    length,
    starts_at: startsAt,
    messages,
    recipients,
  }));
  // In the order of the key, so that two messages of one domain never wait for each other in a circle.
  const { rows } = await sql<{
    subject: string;
    length: string;
    starts_at: Date;
    messages: number;
    recipients: number;
  }>`
    insert into mail.send_window as w (subject, length, starts_at, messages, recipients)
    select subject, length, starts_at, messages, recipients
    from json_populate_recordset(null::mail.send_window, ${JSON.stringify(given)}::json)
    order by subject, length, starts_at
    on conflict (subject, length, starts_at) do update
      set messages = w.messages + excluded.messages, recipients = w.recipients + excluded.recipients
    returning subject, length, starts_at, messages, recipients`.execute(tx);
  const counted = new Map(rows.map((row) => [keyOf({ ...row, startsAt: row.starts_at }), row]));
  for (const { window, send } of asked) {
    for (const what of ['messages', 'recipients'] as const) {
      const limit = window[what];
      if (limit === null || (counted.get(keyOf(window))?.[what] ?? 0) <= limit) continue;
      const { of, length, startsAt } = window;
      const alone = what === 'messages' ? 1 : send.recipients;
      const retryAt = alone > limit ? null : new Date(startsAt.getTime() + LENGTH_MS[length]);
      return { of, limit, what, length, retryAt };
    }
  }
  return null;
}

const keyOf = ({ subject, length, startsAt }: { subject: string; length: string; startsAt: Date }): string =>
  `${subject} ${length} ${startsAt.getTime()}`;

function windowsOf(send: Send): Window[] {
  const subjects = { mailbox: `mailbox ${send.mailboxId}`, domain: `domain ${send.domain}` };
  return (['mailbox', 'domain'] as const)
    .flatMap((of): Window[] => {
      const { messagesPerHour, recipientsPerHour, messagesPerDay, recipientsPerDay } = send.limits[of];
      const startsAt = (length: 'hour' | 'day') =>
        new Date(Math.floor(send.now.getTime() / LENGTH_MS[length]) * LENGTH_MS[length]);
      const subject = subjects[of];
      return [
        // The day first: what it refuses, the next hour does not mend.
        {
          of,
          subject,
          length: 'day',
          startsAt: startsAt('day'),
          messages: messagesPerDay,
          recipients: recipientsPerDay,
        },
        {
          of,
          subject,
          length: 'hour',
          startsAt: startsAt('hour'),
          messages: messagesPerHour,
          recipients: recipientsPerHour,
        },
      ];
    })
    .filter(({ messages, recipients }) => messages !== null || recipients !== null);
}

/** Forgets what was counted before `before`. */
export async function deleteSendWindows(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('mail.send_window').where('starts_at', '<', before).execute();
}
