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

/**
 * Counts a message against every limit there is. What it answers other than null is for the caller to throw: the
 * counts of a transaction that rolls back are gone with it.
 */
export async function countSend(
  tx: Tx,
  send: { mailboxId: string; domain: string; recipients: number; now: Date; limits: SendLimits },
): Promise<Exceeded | null> {
  const windows = windowsOf(send);
  if (windows.length === 0) return null;
  // In the order of the key, so that two messages of one domain never wait for each other in a circle.
  const { rows } = await sql<{ subject: string; length: string; messages: number; recipients: number }>`
    insert into mail.send_window as w (subject, length, starts_at, messages, recipients)
    select subject, length, starts_at, 1, ${send.recipients}::int
    from unnest(${windows.map(({ subject }) => subject)}::text[], ${windows.map(({ length }) => length)}::text[],
      ${windows.map(({ startsAt }) => startsAt)}::timestamptz[]) as given (subject, length, starts_at)
    order by subject, length
    on conflict (subject, length, starts_at) do update
      set messages = w.messages + 1, recipients = w.recipients + excluded.recipients
    returning subject, length, messages, recipients`.execute(tx);
  for (const window of windows) {
    const counted = rows.find(
      ({ subject, length }) => subject === window.subject && length === window.length,
    );
    for (const what of ['messages', 'recipients'] as const) {
      const limit = window[what];
      if (limit === null || !counted || counted[what] <= limit) continue;
      const { of, length, startsAt } = window;
      const alone = what === 'messages' ? 1 : send.recipients;
      const retryAt = alone > limit ? null : new Date(startsAt.getTime() + LENGTH_MS[length]);
      return { of, limit, what, length, retryAt };
    }
  }
  return null;
}

function windowsOf(send: { mailboxId: string; domain: string; now: Date; limits: SendLimits }): Window[] {
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
