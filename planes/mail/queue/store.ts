/** Every SQL statement on the outbound queue (`mail.queue_*`) that moving mail takes. */
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { type DsnEnvelope, type DsnRecipient, NO_DSN_ENVELOPE, NO_DSN_RECIPIENT } from './notify.ts';

/** Notified in the transaction that makes something due. */
export const QUEUE_CHANNEL = 'mail_queue';

export type QueuedMail = {
  /** Envelope sender; empty is the null path. */
  sender: string;
  /** Addresses as `normalizePath` gives them. */
  recipients: { address: string; domain: string; dsn?: DsnRecipient }[];
  /** Complete but for the signature, every line ending in CRLF. */
  raw: Buffer;
  /** Whose DKIM keys sign it when it is sent; nobody's when left out. */
  signingDomain?: string;
  /** Null for reports of our own, and for mail that is sent on. */
  mailboxId: string | null;
  /** Whose it is; null for reports of our own. */
  workspaceId: string | null;
  /** Of mail that is sent on: the address here that it was for. */
  forwardedFor?: string;
  /** What people and reports know the message by. */
  messageId?: string | null;
  subject?: string | null;
  /** The client announced a header or an address outside of ASCII (RFC 6531). */
  smtpUtf8?: boolean;
  dsn?: DsnEnvelope;
  now: Date;
};

/** Why mail to domains that are not hosted here waits from the start; null when it need not. */
export type HoldElsewhere = string | null;

/** Puts a message in the queue; once `tx` commits, it is on disk and will be delivered or reported. Gives its queue id. */
export async function enqueue(tx: Tx, mail: QueuedMail, id: string = newId()): Promise<string> {
  await enqueueAll(tx, [{ ...mail, id }], null);
  return id;
}

/** The same for several, in one statement. */
export async function enqueueAll(
  tx: Tx,
  mails: readonly (QueuedMail & { id: string })[],
  holdElsewhere: HoldElsewhere,
): Promise<void> {
  const messages = mails.map(({ dsn = NO_DSN_ENVELOPE, ...mail }) => ({
    id: mail.id,
    sender: mail.sender,
    mailbox_id: mail.mailboxId,
    workspace_id: mail.workspaceId,
    message_id: mail.messageId ?? null,
    subject: mail.subject ?? null,
    size_bytes: mail.raw.length,
    smtp_utf8: mail.smtpUtf8 ?? false,
    dsn_ret: dsn.ret,
    dsn_envid: dsn.envid,
    forwarded_for: mail.forwardedFor ?? null,
    signing_domain: mail.signingDomain ?? null,
    accepted_at: mail.now,
  }));
  const recipients = mails.flatMap((mail) =>
    mail.recipients.map(({ address, domain, dsn: { notify, orcpt } = NO_DSN_RECIPIENT }) => ({
      id: newId(),
      message_id: mail.id,
      workspace_id: mail.workspaceId,
      address,
      domain,
      dsn_notify: notify,
      dsn_orcpt: orcpt,
      due_at: mail.now,
      changed_at: mail.now,
    })),
  );
  // The bytes are parameters of their own, which are sent as they are; everything else is two.
  const raws = sql.join(mails.map(({ id, raw }) => sql`(${id}::uuid, ${raw}::bytea)`));
  await sql`
    with message as (
      insert into mail.queue_message (id, sender, mailbox_id, workspace_id, message_id, subject, size_bytes, smtp_utf8,
        dsn_ret, dsn_envid, forwarded_for, signing_domain, accepted_at, raw)
      select m.id, m.sender, m.mailbox_id, m.workspace_id, m.message_id, m.subject, m.size_bytes, m.smtp_utf8,
        m.dsn_ret, m.dsn_envid, m.forwarded_for, m.signing_domain, m.accepted_at, bytes.raw
      from json_populate_recordset(null::mail.queue_message, ${JSON.stringify(messages)}::json) m
        join (values ${raws}) bytes (id, raw) on bytes.id = m.id
    ), recipient as (
      insert into mail.queue_recipient (id, message_id, workspace_id, address, domain, dsn_notify, dsn_orcpt, state,
        reason, due_at, changed_at)
      select r.id, r.message_id, r.workspace_id, r.address, r.domain, r.dsn_notify, r.dsn_orcpt,
        case when waits.reason is null then 'queued' else 'held' end, waits.reason,
        case when waits.reason is null then r.due_at end, r.changed_at
      from json_populate_recordset(null::mail.queue_recipient, ${JSON.stringify(recipients)}::json) r
        left join published.mail_domain hosted on hosted.name = r.domain
        cross join lateral (select case when hosted.name is null then ${holdElsewhere}::text end) waits (reason)
      returning state
    )
    select pg_notify(${QUEUE_CHANNEL}, '') where exists (select from recipient where state = 'queued')`.execute(
    tx,
  );
}

export const notify = (db: Db): Promise<unknown> => sql`select pg_notify(${QUEUE_CHANNEL}, '')`.execute(db);

/** One recipient of one message, claimed by a worker until its lease ends. */
export type ClaimedRecipient = {
  id: string;
  messageId: string;
  address: string;
  domain: string;
  /** The number of this attempt, from 1. Together with the worker it proves whose claim it is. */
  attempt: number;
  sender: string;
  /** The mailbox that submitted it and whose that is; null for reports of our own and mail that is sent on. */
  submittedBy: { mailboxId: string; workspaceId: string } | null;
  /** Its workspace does not write to that address (any more). */
  suppressed: boolean;
  forwardedFor: string | null;
  acceptedAt: Date;
  smtpUtf8: boolean;
  signingDomain: string | null;
  dsn: DsnEnvelope & DsnRecipient;
  /** Its sender has been told that it is late. */
  delayReported: boolean;
};

export type ClaimLimits = {
  /** How many to claim at most. */
  total: number;
  /** How many of one domain this worker may have in flight at once. */
  perDomain: number;
  /** How many it has in flight already. */
  busy: Map<string, number>;
};

/**
 * Claims what is due, longest waiting first. Workers never get the same row: rows another one is claiming are
 * skipped, and a claimed row is due again only when its lease ends.
 */
export async function claimDue(
  db: Db,
  worker: { id: string; leaseMs: number },
  now: Date,
  limits: ClaimLimits,
): Promise<ClaimedRecipient[]> {
  const leaseEnd = new Date(now.getTime() + worker.leaseMs);
  const busyDomains = [...limits.busy.keys()];
  const busyCounts = [...limits.busy.values()];
  // `waiting` looks at a bounded part of the backlog, so that a claim costs the same however long it grows;
  // `place` keeps one slow destination from filling every slot.
  const { rows } = await sql<{
    id: string;
    message_id: string;
    address: string;
    domain: string;
    attempts: number;
    sender: string;
    forwarded_for: string | null;
    accepted_at: Date;
    smtp_utf8: boolean;
    signing_domain: string | null;
    dsn_ret: 'FULL' | 'HDRS' | null;
    dsn_envid: string | null;
    dsn_notify: DsnRecipient['notify'];
    dsn_orcpt: string | null;
    delay_reported: boolean;
    mailbox_id: string | null;
    workspace_id: string | null;
    suppressed: boolean;
  }>`
    with waiting as (
      select id, domain, due_at from mail.queue_recipient
      where due_at <= ${now} order by due_at limit 5000
    ), placed as (
      select id, due_at, row_number() over (partition by domain order by due_at)
        + coalesce((select b.count from unnest(${busyDomains}::text[], ${busyCounts}::int[]) as b (name, count)
                    where b.name = domain), 0) as place
      from waiting
    ), due as (
      select q.id from mail.queue_recipient q join placed using (id)
      where place <= ${limits.perDomain} and q.due_at <= ${now}
      order by q.due_at limit ${limits.total}
      for update of q skip locked
    )
    update mail.queue_recipient r
    set state = 'sending', lease_owner = ${worker.id}, due_at = ${leaseEnd}, attempts = r.attempts + 1,
        changed_at = ${now}
    from due, mail.queue_message m
    where r.id = due.id and m.id = r.message_id
    returning r.id, r.message_id, r.address, r.domain, r.attempts, m.sender, m.forwarded_for,
      m.accepted_at, m.smtp_utf8, m.signing_domain, m.dsn_ret, m.dsn_envid, r.dsn_notify, r.dsn_orcpt, r.delay_reported,
      m.mailbox_id, m.workspace_id, m.mailbox_id is not null and exists (select from mail.suppression s
        where s.workspace_id = m.workspace_id and s.address = lower(r.address)) as suppressed`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    messageId: row.message_id,
    address: row.address,
    domain: row.domain,
    attempt: row.attempts,
    sender: row.sender,
    submittedBy:
      row.mailbox_id && row.workspace_id
        ? { mailboxId: row.mailbox_id, workspaceId: row.workspace_id }
        : null,
    suppressed: row.suppressed,
    forwardedFor: row.forwarded_for,
    acceptedAt: row.accepted_at,
    smtpUtf8: row.smtp_utf8,
    signingDomain: row.signing_domain,
    dsn: { ret: row.dsn_ret, envid: row.dsn_envid, notify: row.dsn_notify, orcpt: row.dsn_orcpt },
    delayReported: row.delay_reported,
  }));
}

/**
 * Pushes the end of the leases on `recipientIds`. Only of these: what a worker has claimed and lost sight of,
 * because its result could not be written, must become due again.
 */
export async function renewLeases(
  db: Db,
  worker: { id: string; leaseMs: number },
  recipientIds: string[],
  now: Date,
): Promise<void> {
  await db
    .updateTable('mail.queue_recipient')
    .set({ due_at: new Date(now.getTime() + worker.leaseMs) })
    .where('lease_owner', '=', worker.id)
    .where('id', 'in', recipientIds)
    .execute();
}

/** Gives back what a worker still holds; it is due at once for the others. */
export async function releaseLeases(db: Db, workerId: string, now: Date): Promise<void> {
  const released = await db
    .updateTable('mail.queue_recipient')
    .set({
      state: 'deferred',
      lease_owner: null,
      due_at: now,
      reason: 'The worker that was sending it has stopped',
    })
    .where('lease_owner', '=', workerId)
    .executeTakeFirst();
  if (released.numUpdatedRows > 0n) await notify(db);
}

/** @throws when every recipient has the message: whoever asks then has lost its claim. */
export async function readRaw(db: Db, messageId: string): Promise<Buffer> {
  const row = await db
    .selectFrom('mail.queue_message')
    .select('raw')
    .where('id', '=', messageId)
    .executeTakeFirstOrThrow();
  if (!row.raw) throw new Error(`Message ${messageId} has been delivered already`);
  return row.raw;
}

export type RecipientOutcome = {
  state: 'delivered' | 'deferred' | 'held' | 'bounced' | 'expired';
  reason: string | null;
  /** Only for deferred. */
  dueAt?: Date;
  /** Its sender is told now that it is late. */
  delayReported?: boolean;
  /** What was tried; absent when nothing was. */
  attempt?: {
    startedAt: Date;
    result: 'delivered' | 'deferred' | 'bounced';
    remoteHost: string | null;
    response: string | null;
  };
};

/**
 * Writes what became of a claimed recipient. False when the claim is no longer this worker's (its lease ended
 * and someone else took over): then nothing is written, since the other one's result counts.
 */
export async function settle(
  tx: Tx,
  workerId: string,
  recipient: ClaimedRecipient,
  outcome: RecipientOutcome,
  now: Date,
): Promise<boolean> {
  const settled = await tx
    .updateTable('mail.queue_recipient')
    .set({
      state: outcome.state,
      reason: outcome.reason,
      due_at: outcome.dueAt ?? null,
      lease_owner: null,
      changed_at: now,
      ...(outcome.delayReported ? { delay_reported: true } : {}),
      // A claim that led to no attempt does not count as one.
      ...(outcome.attempt ? {} : { attempts: recipient.attempt - 1 }),
    })
    .where('id', '=', recipient.id)
    .where('lease_owner', '=', workerId)
    .where('attempts', '=', recipient.attempt)
    .executeTakeFirst();
  if (settled.numUpdatedRows === 0n) return false;
  if (outcome.attempt) {
    await tx
      .insertInto('mail.queue_attempt')
      .values({
        recipient_id: recipient.id,
        attempt: recipient.attempt,
        started_at: outcome.attempt.startedAt,
        finished_at: now,
        result: outcome.attempt.result,
        remote_host: outcome.attempt.remoteHost,
        response: outcome.attempt.response,
      })
      .execute();
  }
  if (outcome.state === 'delivered') await dropDelivered(tx, recipient.messageId);
  return true;
}

/** Lets the content go when nobody waits for it and nothing went wrong: the queue is no archive. */
async function dropDelivered(tx: Tx, messageId: string): Promise<void> {
  await tx
    .updateTable('mail.queue_message')
    .set({ raw: null })
    .where('id', '=', messageId)
    .where((query) =>
      query.not(
        query.exists(
          query
            .selectFrom('mail.queue_recipient')
            .select('id')
            .where('message_id', '=', messageId)
            .where('state', 'not in', ['delivered', 'dropped']),
        ),
      ),
    )
    .execute();
}

/** When the next recipient is due, null when none is waiting. */
export async function nextDueAt(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('mail.queue_recipient')
    .select('due_at')
    .where('due_at', 'is not', null)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row?.due_at ?? null;
}

/** True for a domain this installation receives mail for. */
export async function isHosted(db: Db, domain: string): Promise<boolean> {
  const row = await db
    .selectFrom('published.mail_domain')
    .select('name')
    .where('name', '=', domain)
    .executeTakeFirst();
  return row !== undefined;
}
