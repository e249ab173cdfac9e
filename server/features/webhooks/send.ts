// One attempt at one delivery: what goes out, what came back, and what follows from it.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { type Outgoing, type OutgoingAnswer, TargetRefused } from '../../http/outgoing.ts';
import { keySha256, teamName } from '../accounts/index.ts';
import { eventsBySeq, type PlacedEvent, recordEvents } from '../events/index.ts';
import { inboxkitBody, standardBody } from './body.ts';
import {
  type Arrival,
  type Attempt,
  deliveriesSucceed,
  deliveryFail,
  lanesGoOn,
  lanesRest,
  lanesWake,
} from './delivery-store.ts';
import { webhookEvent } from './events.ts';
import { type AttemptResult, DISABLE_AFTER_MS, holdUntil, judge, nextDueAt } from './retry.ts';
import { openWebhookSecret } from './secrets.ts';
import { inboxkitHeaders, standardHeaders } from './sign.ts';
import { type EndpointToSend, endpointLock, endpointsToSend, endpointUpdate } from './store.ts';
import type { Delivery, WebhookEndpoint } from './webhook.ts';

/** A receiver must answer within this time. */
const TIMEOUT_MS = 30_000;
const ANSWER_KEPT_BYTES = 4_096;
/** Headers that receivers can tell something by; the rest of an answer's headers are not kept. */
const keptHeaders = ['content-type', 'date', 'retry-after', 'server', 'location', 'x-request-id'];

export type SendDeps = {
  db: Db;
  clock: Clock;
  secrets: SecretBox;
  outgoing: Outgoing;
  /** From 0 to 1, for the spread of waits. */
  random(): number;
  /** Writes down that it arrived. */
  arrived(arrival: Arrival): Promise<void>;
};

/** A delivery with all that is needed to send it. */
export type Dispatch = { delivery: Delivery; endpoint: EndpointToSend; event: PlacedEvent };

/** Reads what deliveries need, for all of them at once. One whose endpoint was deleted meanwhile is left out. */
export const dispatchesOf = async (db: Db, deliveries: Delivery[], now: Date): Promise<Dispatch[]> => {
  const [endpoints, events] = await Promise.all([
    endpointsToSend(db, [...new Set(deliveries.map(({ endpointUid }) => endpointUid))], now),
    eventsBySeq(db, [...new Set(deliveries.map(({ eventSeq }) => eventSeq))]),
  ]);
  return deliveries.flatMap((delivery) => {
    const endpoint = endpoints.get(delivery.endpointUid);
    const event = events.get(delivery.eventSeq);
    return endpoint && event ? [{ delivery, endpoint, event }] : [];
  });
};

export const sendDelivery = async (
  deps: SendDeps,
  workerUid: string,
  { delivery, endpoint, event }: Dispatch,
  signal: AbortSignal,
): Promise<void> => {
  const startedAt = deps.clock.now();
  const message = await messageOf(deps, { delivery, endpoint, event }, startedAt);
  if (message === null) {
    const attempt = attemptOf(startedAt, 0, {}, null, 'there is nothing left to tell: the thing is gone');
    await settle(deps, workerUid, delivery, attempt, { result: 'delivered' });
    return;
  }
  const startedMs = performance.now();
  const answered = await deps.outgoing
    .send({
      url: endpoint.url,
      method: 'POST',
      headers: message.headers,
      body: message.body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: ANSWER_KEPT_BYTES,
      signal,
    })
    .then(
      (answer) => ({ answer, error: null }),
      (error: Error) => ({ answer: null, error }),
    );
  // Cut off because this process stops: the delivery goes out again, and nobody is to blame.
  if (answered.error && signal.aborted) return;
  const { answer, error } = answered;
  const headers = withoutSignatures(message.headers);
  const durationMs = Math.round(performance.now() - startedMs);
  const attempt = attemptOf(startedAt, durationMs, headers, answer, error && reasonOf(error));
  const result = judge(answer?.status ?? null, answer?.headers['retry-after']);
  await settle(
    deps,
    workerUid,
    delivery,
    attempt,
    // Nothing was sent, and nothing will be until somebody changes the address: like a refusal.
    error instanceof TargetRefused ? { result: 'refused' } : result,
  );
};

/** Null when there is nothing to say any more. */
const messageOf = async (
  { db, secrets }: SendDeps,
  { delivery, endpoint, event }: Dispatch,
  sentAt: Date,
): Promise<{ headers: Record<string, string>; body: string } | null> => {
  const signedWith = endpoint.secretsSealed.map((sealed) => openWebhookSecret(secrets, endpoint.uid, sealed));
  const sign = (body: string) => standardHeaders({ id: delivery.uid, sentAt, body }, signedWith);
  const common = { 'Content-Type': 'application/json' };
  if (endpoint.format === 'standard') {
    const body = standardBody(event);
    return { headers: { ...common, 'User-Agent': 'InboxKit-Webhooks/1', ...sign(body) }, body };
  }
  const { includeSecrets } = endpoint;
  const wishes = { teamName: await teamName(db, endpoint.teamUid), includeSecrets };
  const body = await inboxkitBody({ db, secrets }, event, wishes);
  if (body === null) return null;
  const key = endpoint.keyUid === null ? null : await keySha256(db, endpoint.keyUid);
  const constant = inboxkitHeaders(event.type, sentAt, key);
  return { headers: { ...common, 'User-Agent': 'InboxKit-Webhook/1.0', ...constant, ...sign(body) }, body };
};

const withoutSignatures = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/signature/i.test(name)));

const reasonOf = (error: Error): string => {
  const { code } = error as NodeJS.ErrnoException;
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
};

const attemptOf = (
  startedAt: Date,
  durationMs: number,
  requestHeaders: Record<string, string>,
  answer: OutgoingAnswer | null,
  error: string | null,
): Attempt => ({
  startedAt,
  durationMs,
  requestHeaders,
  responseStatus: answer?.status ?? null,
  responseHeaders:
    answer &&
    Object.fromEntries(
      keptHeaders.flatMap((name) => (answer.headers[name] ? [[name, answer.headers[name]]] : [])),
    ),
  // PostgreSQL takes no NUL in text.
  responseBody: answer?.body.toString('utf8').replaceAll('\0', '\u{fffd}') ?? null,
  error,
});

/** Arrivals, their deliveries, lanes and endpoints change together; what arrives at the same moment is one commit. */
export const settleArrived = (
  { db, clock }: Pick<SendDeps, 'db' | 'clock'>,
  workerUid: string,
  arrivals: readonly Arrival[],
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    const { wereFailing } = await deliveriesSucceed(tx, workerUid, arrivals, now);
    await lanesGoOn(
      tx,
      arrivals.map(({ delivery }) => delivery),
      now,
    );
    for (const uid of wereFailing) await recover(tx, uid, now);
  });

/** The attempt, the delivery, its lane and its endpoint change together. */
const settle = async (
  { db, clock, random, arrived }: SendDeps,
  workerUid: string,
  delivery: Delivery,
  attempt: Attempt,
  result: AttemptResult,
): Promise<void> => {
  if (result.result === 'delivered') return arrived({ delivery, attempt });
  return inTransaction(db, async (tx) => {
    const now = clock.now();
    const endpoint = await endpointLock(tx, delivery.endpointUid);
    if (!endpoint) return;
    const dueAt =
      result.result === 'gone'
        ? null
        : nextDueAt(
            result,
            { attempts: delivery.attempts + 1, createdAt: delivery.createdAt, now },
            random(),
          );
    const isEnabled = endpoint.status === 'enabled';
    const outcome =
      dueAt === null
        ? { status: 'failed' as const }
        : { status: 'pending' as const, dueAt: isEnabled ? dueAt : null };
    if (!(await deliveryFail(tx, workerUid, delivery, attempt, outcome, now))) return;
    if (dueAt === null && isEnabled) await lanesGoOn(tx, [delivery], now);
    await fail(tx, endpoint, result, now);
  });
};

/** It answers again: what waited for it is due at once. */
const recover = async (tx: Tx, uid: string, now: Date): Promise<void> => {
  const before = await endpointLock(tx, uid);
  if (!before) return;
  await endpointUpdate(tx, uid, { failingSince: null, unavailableTimes: 0, holdUntil: null }, now);
  // What it merely refused keeps its own time.
  if (before.status === 'enabled' && before.unavailableTimes > 0) await lanesWake(tx, uid, now);
};

const fail = async (
  tx: Tx,
  endpoint: WebhookEndpoint & { unavailableTimes: number },
  result: AttemptResult,
  now: Date,
): Promise<void> => {
  const failingSince = endpoint.failingSince ?? now;
  const unavailableTimes = result.result === 'unavailable' ? endpoint.unavailableTimes + 1 : 0;
  const hold = unavailableTimes > 0 ? holdUntil(unavailableTimes, now) : null;
  await endpointUpdate(tx, endpoint.uid, { failingSince, unavailableTimes, holdUntil: hold }, now);
  if (endpoint.status !== 'enabled') return;
  const silent = now.getTime() - failingSince.getTime() >= DISABLE_AFTER_MS;
  if (result.result !== 'gone' && !silent) return;
  const reason =
    result.result === 'gone'
      ? 'the receiver answered 410: it is gone for good'
      : 'nothing could be delivered for three days';
  await disableEndpoint(tx, endpoint, reason, now);
};

/** Nothing more is sent to it; what is pending waits until it is enabled again. */
export const disableEndpoint = async (
  tx: Tx,
  endpoint: WebhookEndpoint,
  reason: string,
  now: Date,
): Promise<void> => {
  await endpointUpdate(tx, endpoint.uid, { status: 'disabled', disabledReason: reason }, now);
  await lanesRest(tx, endpoint.uid);
  await recordEvents(tx, [webhookEvent('disabled', endpoint, now, { reason })]);
};

export const enableEndpoint = async (tx: Tx, endpoint: WebhookEndpoint, now: Date): Promise<void> => {
  const change = { status: 'enabled' as const, disabledReason: null, failingSince: null };
  await endpointUpdate(tx, endpoint.uid, { ...change, unavailableTimes: 0, holdUntil: null }, now);
  await lanesWake(tx, endpoint.uid, now);
  await recordEvents(tx, [webhookEvent('enabled', endpoint, now)]);
};
