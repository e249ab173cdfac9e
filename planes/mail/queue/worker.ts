/**
 * Delivers what is due in the outbound queue. Any number of processes may run one.
 *
 * A claimed row belongs to its worker while the lease is renewed. A worker that dies leaves rows whose lease
 * ends, and another one delivers them: at least once, never not at all.
 */
import type { Logger } from 'pino';
import { createClaimedWork } from '../../../database/claimed-work.ts';
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { listen } from '../../../database/listen.ts';
import { newId } from '../../../database/uuid.ts';
import type { MailMetrics } from '../metrics.ts';
import { type Bounced, recordBounce } from './bounces.ts';
import type { Deliver, DeliveryResult } from './delivery.ts';
import { delayIsDue, retriedUntil, wantsSuccess } from './notify.ts';
import type { EnqueueReport, ReportedRecipient } from './report.ts';
import { nextAttemptAt } from './schedule.ts';
import {
  type ClaimedRecipient,
  claimDue,
  nextDueAt,
  QUEUE_CHANNEL,
  type RecipientOutcome,
  readRaw,
  releaseLeases,
  renewLeases,
  settle,
} from './store.ts';

const LEASE_MS = 2 * 60_000;
const RENEW_EVERY_MS = 30_000;
// Notifications wake the worker; this is for those that got lost, and for other processes' clocks.
const LONGEST_SLEEP_MS = 15_000;
const KEEP_HOUSE_EVERY_MS = 10 * 60_000;

export type QueueWorkerOptions = {
  databaseUrl: string;
  db: Db;
  deliver: Deliver;
  enqueueReport: EnqueueReport;
  /** Makes deliveries in flight come to an end, for `close`. */
  abort: () => void;
  /** Done at the start and then every ten minutes. */
  keepHouse: (now: Date) => Promise<void>;
  metrics?: MailMetrics;
  clock: Clock;
  log: Logger;
  /** Deliveries at once in this process; 20. */
  maxInFlight?: number;
  /** Of them to one domain; 10. */
  maxPerDomain?: number;
};

export type QueueWorker = {
  /** Delivers everything that is due now and resolves when the last result is written. */
  runDue(): Promise<void>;
  /** Goes on until `close`. */
  start(): Promise<void>;
  /** Claims nothing more, waits up to `graceMs` for what is in flight before it aborts that, and gives back the rest. */
  close(graceMs?: number): Promise<void>;
};

export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { databaseUrl, db, deliver, clock, log, maxInFlight = 20, maxPerDomain = 10 } = options;
  const worker = { id: newId(), leaseMs: LEASE_MS };
  let listener: { close(): Promise<void> } | undefined;

  const attemptDelivery = async (recipient: ClaimedRecipient): Promise<void> => {
    const startedAt = clock.now();
    const delivery = await deliver(recipient);
    const now = clock.now();
    const outcome = outcomeOf(recipient, delivery, startedAt, now);
    const status = recipient.sender === '' ? null : statusToReport(recipient, delivery, outcome, now);
    // Before the result is written, which lets the content go.
    const raw = status ? await readRaw(db, recipient.messageId) : null;
    const delayReported = status?.action === 'delayed';
    await inTransaction(db, async (tx) => {
      if (!(await settle(tx, worker.id, recipient, { ...outcome, delayReported }, now))) return;
      const bounced = bouncedFor(recipient, delivery, outcome);
      if (bounced) await recordBounce(tx, bounced, now);
      if (status && raw) await options.enqueueReport(tx, { ...recipient, raw, recipients: [status] }, now);
    });
    options.metrics?.attempted(outcome.state, now.getTime() - startedAt.getTime());
    log.info(
      {
        messageId: recipient.messageId,
        domain: recipient.domain,
        attempt: recipient.attempt,
        state: outcome.state,
      },
      'queue: attempt finished',
    );
  };

  const work = createClaimedWork<ClaimedRecipient>({
    name: 'mail-queue',
    clock,
    log,
    maxInFlight,
    lookEveryMs: LONGEST_SLEEP_MS,
    claim: (free, inFlight) => {
      const busy = new Map<string, number>();
      for (const { domain } of inFlight) busy.set(domain, (busy.get(domain) ?? 0) + 1);
      return claimDue(db, worker, clock.now(), { total: free, perDomain: maxPerDomain, busy });
    },
    work: attemptDelivery,
    nextDueAt: () => nextDueAt(db),
    fieldsOf: ({ id }) => ({ recipientId: id }),
    abort: options.abort,
    beside: [
      {
        everyMs: RENEW_EVERY_MS,
        atStart: false,
        run: async (inFlight) => {
          const recipientIds = inFlight.map(({ id }) => id);
          if (recipientIds.length > 0) await renewLeases(db, worker, recipientIds, clock.now());
        },
      },
      { everyMs: KEEP_HOUSE_EVERY_MS, atStart: true, run: () => options.keepHouse(clock.now()) },
    ],
  });

  return {
    runDue: work.runDue,

    async start() {
      listener = await listen(databaseUrl, QUEUE_CHANNEL, work.wake, {
        onReconnect: work.wake,
        onConnectionLost: (err) =>
          log.warn({ err }, 'queue: lost the database connection that wakes the worker'),
      });
      work.start();
    },

    async close(graceMs = 10_000) {
      await listener?.close();
      await work.close(graceMs);
      options.abort();
      await releaseLeases(db, worker.id, clock.now());
    },
  };
}

/** What the workspace of the sender learns from a delivery that is over and failed; null for any other. Pure. */
function bouncedFor(
  { id, address, submittedBy, suppressed }: ClaimedRecipient,
  delivery: DeliveryResult,
  outcome: RecipientOutcome,
): Bounced | null {
  if (outcome.state !== 'bounced' && outcome.state !== 'expired') return null;
  // That it is suppressed is nothing new.
  if (delivery.result !== 'failed' || !submittedBy || suppressed) return null;
  return {
    ...submittedBy,
    recipientId: id,
    address,
    origin: 'delivery',
    status: delivery.permanent ? delivery.status : '5.4.7',
    reason: delivery.response ?? delivery.reason,
    reportedBy: delivery.remoteHost,
  };
}

/** What the sender is told about an attempt, in so far as it wanted to know; null when that is nothing. Pure. */
function statusToReport(
  recipient: ClaimedRecipient,
  delivery: DeliveryResult,
  outcome: RecipientOutcome,
  now: Date,
): ReportedRecipient | null {
  const { address, dsn, acceptedAt } = recipient;
  if (delivery.result === 'held') return null;
  const about = {
    address,
    dsn,
    remoteMta: delivery.remoteHost ?? undefined,
    diagnostic: delivery.response ?? undefined,
    lastAttemptAt: now,
  };
  if (delivery.result === 'delivered') {
    // A host that knows DSN makes the report itself (RFC 3461 §5.2.2).
    if (delivery.dsnPassedOn || !wantsSuccess(dsn)) return null;
    return {
      ...about,
      action: 'relayed',
      status: '2.0.0',
      reason: 'Handed to the mail host of the recipient',
    };
  }
  if (outcome.state === 'bounced' || outcome.state === 'expired') {
    // Giving up makes it final, whatever the class of the last reply was (RFC 3463 §3.5, X.4.7).
    const status = delivery.permanent ? delivery.status : '5.4.7';
    return { ...about, action: 'failed', status, reason: outcome.reason ?? '' };
  }
  if (!delayIsDue(dsn, { acceptedAt, now, reported: recipient.delayReported })) return null;
  return {
    ...about,
    action: 'delayed',
    status: delivery.status,
    reason: outcome.reason ?? '',
    retriedUntil: retriedUntil(acceptedAt),
  };
}

/** What a delivery means for the row. Pure. */
function outcomeOf(
  recipient: ClaimedRecipient,
  delivery: DeliveryResult,
  startedAt: Date,
  now: Date,
): RecipientOutcome {
  if (delivery.result === 'held') return { state: 'held', reason: delivery.reason };
  const { remoteHost, response } = delivery;
  if (delivery.result === 'delivered') {
    return {
      state: 'delivered',
      reason: null,
      attempt: { startedAt, result: 'delivered', remoteHost, response },
    };
  }
  const { reason } = delivery;
  if (delivery.permanent) {
    return { state: 'bounced', reason, attempt: { startedAt, result: 'bounced', remoteHost, response } };
  }
  const attempt = { startedAt, result: 'deferred' as const, remoteHost, response };
  const dueAt = nextAttemptAt(recipient.attempt, recipient.acceptedAt, now);
  return dueAt
    ? { state: 'deferred', reason, dueAt, attempt }
    : { state: 'expired', reason: `Given up after ${recipient.attempt} attempts. ${reason}`, attempt };
}
