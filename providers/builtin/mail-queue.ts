// The outbound queue of the mail plane, as a workspace sees and steers it: statements on the plane's own tables.
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db, Schema, Tx } from '../../database/database.ts';
import {
  type MailQueue,
  MOST_COUNTED,
  type QueueAttempt,
  type QueueBounce,
  type QueueCommand,
  type QueueEntry,
  type QueueFilter,
  type QueueState,
} from '../contracts/mail-queue.ts';
import { change, read } from './database-failure.ts';

/** Wakes the worker of the mail plane. */
const QUEUE_CHANNEL = 'mail_queue';

export const createMailQueue = ({ db, clock }: { db: Db; clock: Clock }): MailQueue => ({
  page: (workspaceId, filter, { limit, offset, after }) =>
    read(async () => {
      const matching = matchingEntries(db, workspaceId, filter);
      const counted = await db
        .selectFrom(matching.select('r.id').limit(MOST_COUNTED).as('counted'))
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      const rows = await matching
        .leftJoin('mail.bounce as b', 'b.recipient_id', 'r.id')
        .select(columns)
        .$if(after !== null, (query) => query.where('r.id', '<', after))
        .orderBy('r.id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute();
      return { entries: rows.map(fromRow), total: Number(counted.total) };
    }),

  waiting: (workspaceId) =>
    read(async () => {
      const rows = await db
        .selectFrom('mail.queue_recipient')
        .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
        .where('workspace_id', '=', workspaceId)
        .where('state', 'in', ['queued', 'sending', 'deferred', 'held'])
        .groupBy('state')
        .execute();
      return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
    }),

  find: (workspaceId, id) =>
    read(async () => {
      const row = await matchingEntries(db, workspaceId, {})
        .leftJoin('mail.bounce as b', 'b.recipient_id', 'r.id')
        .select(columns)
        .where('r.id', '=', id)
        .executeTakeFirst();
      if (!row) return null;
      const attempts = await db
        .selectFrom('mail.queue_attempt')
        .selectAll()
        .where('recipient_id', '=', id)
        .orderBy('attempt')
        .execute();
      const history = attempts.map(
        (attempt): QueueAttempt => ({
          attempt: attempt.attempt,
          startedAt: attempt.started_at,
          finishedAt: attempt.finished_at,
          result: attempt.result as QueueAttempt['result'],
          remoteHost: attempt.remote_host,
          response: attempt.response,
        }),
      );
      return { ...fromRow(row), history };
    }),

  states: (workspaceId, ids) =>
    read(async () => {
      const rows = await db
        .selectFrom('mail.queue_recipient')
        .select(['id', 'state'])
        .where('workspace_id', '=', workspaceId)
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .execute();
      return new Map(rows.map(({ id, state }) => [id, state as QueueState]));
    }),

  steer: (workspaceId, command, which) =>
    change(db, async (tx) => {
      const now = clock.now();
      const filter = 'ids' in which ? {} : which;
      const chosen = matchingEntries(tx, workspaceId, filter)
        .$if('ids' in which, (query) =>
          query.where(sql<boolean>`r.id = any(${'ids' in which ? which.ids : []}::uuid[])`),
        )
        .select('r.id');
      const { from, to } = moves[command];
      const moved = await tx
        .updateTable('mail.queue_recipient')
        .set({ ...to(now), changed_at: now })
        .where('id', 'in', chosen)
        // Asked of the row itself once more: a worker may have claimed it since it was chosen.
        .where('state', 'in', from)
        .returning(['id', 'message_id'])
        .execute();
      if (command === 'drop') await letContentGo(tx, [...new Set(moved.map((row) => row.message_id))]);
      if (command === 'retry' || command === 'release') {
        await sql`select pg_notify(${QUEUE_CHANNEL}, '')`.execute(tx);
      }
      return moved.map(({ id }) => id);
    }),

  submission: (mailboxId, messageId) =>
    read(async () => {
      const { rows } = await sql<{ accepted: boolean; here: boolean }>`
        select exists (select from mail.queue_message
            where mailbox_id = ${mailboxId} and message_id = ${messageId}) as accepted,
          exists (select from published.mailbox where id = ${mailboxId}) as here`.execute(db);
      const [found] = rows;
      if (found?.accepted) return 'accepted';
      return found?.here ? 'never' : 'elsewhere';
    }),

  untoldBounces: (limit) =>
    read(async () => {
      const rows = await db
        .selectFrom('mail.bounce')
        .selectAll()
        .where('told_at', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        entryId: row.recipient_id,
        mailboxId: row.mailbox_id,
        recipient: row.address,
        kind: row.kind as QueueBounce['kind'],
        origin: row.origin as QueueBounce['origin'],
        status: row.status,
        reason: row.reason,
        reportedBy: row.reported_by,
        at: row.bounced_at,
      }));
    }),

  bouncesTold: (ids) =>
    change(db, async (tx) => {
      await tx
        .updateTable('mail.bounce')
        .set({ told_at: clock.now() })
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .execute();
    }),
});

/** From which states a command leads, and to what. What a worker is sending right now is its own. */
const moves: Record<QueueCommand, { from: QueueState[]; to: (now: Date) => object }> = {
  retry: { from: ['deferred'], to: (now) => ({ due_at: now }) },
  hold: {
    from: ['queued', 'deferred', 'held'],
    to: () => ({ state: 'held', hold_requested: true, due_at: null, reason: 'Held on request' }),
  },
  release: {
    from: ['held'],
    to: (now) => ({ state: 'queued', hold_requested: false, due_at: now, reason: null }),
  },
  drop: {
    from: ['queued', 'deferred', 'held'],
    to: () => ({ state: 'dropped', hold_requested: false, due_at: null, reason: 'Dropped on request' }),
  },
};

/** The content is kept for as long as somebody may still get it, or a report about it. */
const letContentGo = async (tx: Tx, messageIds: string[]): Promise<void> => {
  await sql`
    update mail.queue_message m set raw = null
    where id = any(${messageIds}::uuid[]) and not exists (
      select from mail.queue_recipient r
      where r.message_id = m.id and r.state not in ('delivered', 'dropped'))`.execute(tx);
};

type Tables = Schema & {
  r: Schema['mail.queue_recipient'];
  m: Schema['mail.queue_message'];
};

const matchingEntries = (
  db: Db,
  workspaceId: string,
  filter: QueueFilter,
): SelectQueryBuilder<Tables, 'r' | 'm', object> => {
  let query = db
    .selectFrom('mail.queue_recipient as r')
    .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
    .where('r.workspace_id', '=', workspaceId);
  const { states, mailboxId, sender, recipient, domain, acceptedAfter, acceptedBefore } = filter;
  if (states) query = query.where('r.state', 'in', states);
  if (mailboxId) query = query.where('m.mailbox_id', '=', mailboxId);
  if (sender) query = query.where('m.sender', '=', sender);
  if (recipient) query = query.where('r.address', 'ilike', `%${recipient.replace(/[\\%_]/g, '\\$&')}%`);
  if (domain) query = query.where('r.domain', '=', domain);
  if (acceptedAfter) query = query.where('m.accepted_at', '>=', acceptedAfter);
  if (acceptedBefore) query = query.where('m.accepted_at', '<', acceptedBefore);
  return query as unknown as SelectQueryBuilder<Tables, 'r' | 'm', object>;
};

const columns = [
  'r.id',
  'r.message_id',
  'r.state',
  'r.reason',
  'r.address',
  'r.attempts',
  'r.due_at',
  'r.changed_at',
  'm.sender',
  'm.forwarded_for',
  'm.mailbox_id',
  'm.subject',
  'm.message_id as header_id',
  'm.size_bytes',
  'm.accepted_at',
  'b.kind',
  'b.origin',
  'b.status',
  'b.reason as bounce_reason',
  'b.reported_by',
  'b.bounced_at',
] as const;

type Row = {
  id: string;
  message_id: string;
  state: string;
  reason: string | null;
  address: string;
  attempts: number;
  due_at: Date | null;
  changed_at: Date;
  sender: string;
  forwarded_for: string | null;
  mailbox_id: string | null;
  subject: string | null;
  header_id: string | null;
  size_bytes: number;
  accepted_at: Date;
  kind: string | null;
  origin: string | null;
  status: string | null;
  bounce_reason: string | null;
  reported_by: string | null;
  bounced_at: Date | null;
};

const fromRow = (row: Row): QueueEntry => ({
  id: row.id,
  messageUid: row.message_id,
  state: row.state as QueueState,
  reason: row.reason,
  sender: row.sender,
  recipient: row.address,
  forwardedFor: row.forwarded_for,
  mailboxId: row.mailbox_id,
  subject: row.subject,
  messageId: row.header_id,
  sizeBytes: row.size_bytes,
  attempts: row.attempts,
  // While it is sent, this is when the claim of the worker ends.
  nextAttemptAt: row.state === 'sending' ? null : row.due_at,
  acceptedAt: row.accepted_at,
  changedAt: row.changed_at,
  bounce: bounceOf(row),
});

const bounceOf = (row: Row): QueueBounce | null =>
  row.bounced_at === null
    ? null
    : {
        kind: row.kind as QueueBounce['kind'],
        origin: row.origin as QueueBounce['origin'],
        status: row.status ?? '',
        reason: row.bounce_reason ?? '',
        reportedBy: row.reported_by,
        at: row.bounced_at,
      };
