// Proves what a mailbox and its domain may send in an hour and in a day, and what they are told beyond it.
import { expect, it } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { type Allowance, countSends, deleteSendWindows, type Exceeded, UNLIMITED } from './allowance.ts';

const database = useTestDatabase();

class RolledBack extends Error {
  readonly exceeded: Exceeded;
  constructor(exceeded: Exceeded) {
    super();
    this.exceeded = exceeded;
  }
}

/** A mailbox of a domain; `send` counts as submission does. */
const sender = (domain: string, limits: { mailbox?: Partial<Allowance>; domain?: Partial<Allowance> }) => {
  const mailboxId = newId();
  return (at: string, recipients = 1): Promise<Exceeded | null> =>
    inTransaction(database.db, async (tx) => {
      const exceeded = await countSends(tx, [
        {
          mailboxId,
          domain,
          recipients,
          now: new Date(at),
          limits: {
            mailbox: { ...UNLIMITED, ...limits.mailbox },
            domain: { ...UNLIMITED, ...limits.domain },
          },
        },
      ]);
      if (exceeded) throw new RolledBack(exceeded);
      return null;
    }).catch((error: unknown) => {
      if (error instanceof RolledBack) return error.exceeded;
      throw error;
    });
};

it('a mailbox sends its messages of the hour, and again when the next one begins', async () => {
  const send = sender('hour.example', { mailbox: { messagesPerHour: 2 } });
  expect(await send('2026-03-01T10:00:00Z', 50)).toBeNull();
  expect(await send('2026-03-01T10:59:59Z')).toBeNull();
  expect(await send('2026-03-01T10:59:59Z')).toEqual({
    of: 'mailbox',
    limit: 2,
    what: 'messages',
    length: 'hour',
    retryAt: new Date('2026-03-01T11:00:00Z'),
  });
  expect(await send('2026-03-01T11:00:00Z')).toBeNull();
});

it('what was refused counts against nothing', async () => {
  const send = sender('refused.example', { mailbox: { recipientsPerHour: 10, messagesPerDay: 3 } });
  expect(await send('2026-03-01T10:00:00Z', 8)).toBeNull();
  expect(await send('2026-03-01T10:00:00Z', 3)).toMatchObject({ what: 'recipients', length: 'hour' });
  expect(await send('2026-03-01T10:00:00Z', 2)).toBeNull();
  expect(await send('2026-03-01T11:00:00Z')).toBeNull();
  expect(await send('2026-03-01T12:00:00Z')).toMatchObject({ what: 'messages', length: 'day' });
});

it('the day is told before the hour, which would end sooner and not help', async () => {
  const send = sender('both.example', { mailbox: { messagesPerHour: 1, messagesPerDay: 1 } });
  await send('2026-03-01T10:00:00Z');
  expect(await send('2026-03-01T10:00:00Z')).toMatchObject({ retryAt: new Date('2026-03-02T00:00:00Z') });
});

it('the mailboxes of a domain share what the domain may send, and other domains have their own', async () => {
  const limits = { domain: { recipientsPerDay: 5 } };
  const [one, two] = [sender('shared.example', limits), sender('shared.example', limits)];
  expect(await one('2026-03-01T10:00:00Z', 3)).toBeNull();
  expect(await two('2026-03-01T11:00:00Z', 2)).toBeNull();
  expect(await one('2026-03-01T12:00:00Z')).toMatchObject({ of: 'domain', limit: 5 });
  expect(await sender('other.example', limits)('2026-03-01T12:00:00Z')).toBeNull();
});

it('a message that is too much on its own is not told to come back', async () => {
  const send = sender('much.example', { mailbox: { recipientsPerHour: 2 } });
  expect(await send('2026-03-01T10:00:00Z', 3)).toMatchObject({ retryAt: null });
});

it('many at once get exactly what is left', async () => {
  const send = sender('race.example', { mailbox: { messagesPerHour: 5 }, domain: { messagesPerDay: 7 } });
  const outcomes = await Promise.all(Array.from({ length: 15 }, () => send('2026-03-01T10:00:00Z')));
  expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(5);
});

it('counts are forgotten when nothing asks for them any more', async () => {
  const send = sender('old.example', { mailbox: { messagesPerDay: 1 } });
  await send('2026-01-01T10:00:00Z');
  await send('2026-01-05T10:00:00Z');
  await deleteSendWindows(database.db, new Date('2026-01-03T00:00:00Z'));
  const left = await database.db
    .selectFrom('mail.send_window')
    .select('starts_at')
    .where('starts_at', '<', new Date('2026-02-01T00:00:00Z'))
    .execute();
  expect(left).toEqual([{ starts_at: new Date('2026-01-05T00:00:00Z') }]);
});
