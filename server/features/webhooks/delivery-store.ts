// Every statement on webhook_fan_out, webhook_delivery and webhook_attempt.
//
// A lane is what one endpoint is told about one subject. Of the pending deliveries of a lane only the first has a time
// at which it is due, so the others cannot overtake it. Whoever adds to lanes or ends a delivery holds the endpoint's
// row, so that neither misses the other.
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { WebhookAttempt, WebhookDelivery } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { Delivery, DeliveryStatus } from './webhook.ts';

const fromRow = (row: Selectable<WebhookDelivery>): Delivery => ({
  uid: row.uid,
  endpointUid: row.endpoint_uid,
  eventUid: row.event_uid,
  eventSeq: row.event_seq,
  eventType: row.event_type,
  subjectUid: row.subject_uid,
  status: row.status as DeliveryStatus,
  attempts: row.attempts,
  dueAt: row.due_at,
  replay: row.replay,
  lastStatus: row.last_status,
  lastError: row.last_error,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

/** How far events were handed out; null while another process does it. */
export const fanOutLock = async (tx: Tx): Promise<number | null> => {
  const row = await tx
    .selectFrom('webhook_fan_out')
    .select('position')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row?.position ?? null;
};

export const fanOutPosition = async (db: Db): Promise<number> =>
  (await db.selectFrom('webhook_fan_out').select('position').executeTakeFirstOrThrow()).position;

export const fanOutAdvance = async (tx: Tx, position: number): Promise<void> => {
  await tx.updateTable('webhook_fan_out').set({ position }).execute();
};

export type NewDelivery = Pick<
  Delivery,
  'uid' | 'endpointUid' | 'eventUid' | 'eventSeq' | 'eventType' | 'subjectUid' | 'replay'
> & { position: number };

/** Columns times rows stay below the 65,535 parameters of one statement. */
const ROWS_PER_STATEMENT = 2_000;

/** Adds deliveries, in the order of their events. One that was made for its event before is left out. */
export const deliveriesInsert = async (tx: Tx, deliveries: NewDelivery[], now: Date): Promise<void> => {
  if (deliveries.length === 0) return;
  const busy = await tx
    .selectFrom('webhook_delivery')
    .select(['endpoint_uid', 'subject_uid'])
    .distinct()
    .where('status', '=', 'pending')
    .where('endpoint_uid', 'in', [...new Set(deliveries.map(({ endpointUid }) => endpointUid))])
    .where('subject_uid', 'in', [...new Set(deliveries.map(({ subjectUid }) => subjectUid))])
    .execute();
  const lanes = new Set(busy.map((lane) => `${lane.endpoint_uid} ${lane.subject_uid}`));
  const rows = deliveries.map((delivery) => {
    const lane = `${delivery.endpointUid} ${delivery.subjectUid}`;
    const isFirst = !lanes.has(lane);
    lanes.add(lane);
    return {
      uid: delivery.uid,
      endpoint_uid: delivery.endpointUid,
      event_seq: delivery.eventSeq,
      event_uid: delivery.eventUid,
      event_type: delivery.eventType,
      subject_uid: delivery.subjectUid,
      position: delivery.position,
      replay: delivery.replay,
      status: 'pending' as const,
      due_at: isFirst ? now : null,
      created_at: now,
    };
  });
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await tx
      .insertInto('webhook_delivery')
      .values(rows.slice(start, start + ROWS_PER_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
};

/**
 * Leases deliveries that are due. An endpoint gets at most `perEndpoint` at once, and one that could not be reached
 * one at a time; those already in flight are in `busy`, by endpoint. `failingFree` bounds all that go to endpoints
 * at which something fails, so that dead ones never take the place of those that answer.
 */
export const deliveriesClaim = async (
  db: Db,
  worker: { uid: string; leaseMs: number },
  now: Date,
  limits: { free: number; failingFree: number; perEndpoint: number; busy: ReadonlyMap<string, number> },
): Promise<Delivery[]> => {
  const full = [...limits.busy].filter(([, count]) => count >= limits.perEndpoint).map(([uid]) => uid);
  const someBusy = [...limits.busy.keys()];
  const leasedUntil = new Date(now.getTime() + worker.leaseMs);
  const { rows } = await sql<Selectable<WebhookDelivery>>`
    with candidate as (
      select delivery.uid, delivery.endpoint_uid, delivery.due_at, endpoint.failing_since is not null as failing,
        endpoint.unavailable_times > 0 as unavailable
      from webhook_delivery delivery
      join webhook_endpoint endpoint on endpoint.uid = delivery.endpoint_uid
      where delivery.status = 'pending' and delivery.due_at <= ${now}
        and (delivery.leased_until is null or delivery.leased_until < ${now})
        and endpoint.status = 'enabled' and (endpoint.hold_until is null or endpoint.hold_until <= ${now})
        and delivery.endpoint_uid <> all(${full}::uuid[])
        and not (endpoint.unavailable_times > 0 and delivery.endpoint_uid = any(${someBusy}::uuid[]))
        and (${limits.failingFree > 0} or endpoint.failing_since is null)
      order by delivery.due_at, delivery.uid
      limit ${limits.free * 4}
    ), ranked as (
      select uid, due_at, failing,
        row_number() over (partition by endpoint_uid order by due_at, uid) as place, unavailable,
        row_number() over (partition by failing order by due_at, uid) as place_among
      from candidate
    ), chosen as (
      select uid from ranked
      where place <= (case when unavailable then 1 else ${limits.perEndpoint} end)
        and (not failing or place_among <= ${limits.failingFree})
      order by due_at, uid limit ${limits.free}
    ), mine as (
      select uid from webhook_delivery where uid in (select uid from chosen)
        and status = 'pending' and (leased_until is null or leased_until < ${now})
      for update skip locked
    )
    update webhook_delivery set leased_by = ${worker.uid}, leased_until = ${leasedUntil}
    where uid in (select uid from mine)
    returning *
  `.execute(db);
  return rows.map(fromRow);
};

export type Attempt = {
  startedAt: Date;
  durationMs: number;
  requestHeaders: Record<string, string>;
  responseStatus: number | null;
  responseHeaders: Record<string, string> | null;
  responseBody: string | null;
  error: string | null;
};

/** A delivery that arrived, and the attempt with which it did. */
export type Arrival = {
  delivery: Pick<Delivery, 'uid' | 'endpointUid' | 'subjectUid' | 'attempts'>;
  attempt: Attempt;
};

/**
 * Writes successful attempts down, any number in one statement, because nearly every attempt ends here. Answers the
 * endpoints that something had failed at; what another worker has taken over, or whose endpoint is gone, is left out.
 */
export const deliveriesSucceed = async (
  tx: Tx,
  workerUid: string,
  arrivals: readonly Arrival[],
  now: Date,
): Promise<{ wereFailing: string[] }> => {
  const rows = arrivals.map(({ delivery, attempt }) => ({
    uid: delivery.uid,
    endpoint_uid: delivery.endpointUid,
    number: delivery.attempts + 1,
    started_at: attempt.startedAt,
    duration_ms: attempt.durationMs,
    request_headers: attempt.requestHeaders,
    response_status: attempt.responseStatus,
    response_headers: attempt.responseHeaders,
    response_body: attempt.responseBody,
    error: attempt.error,
  }));
  const { rows: done } = await sql<{ endpoint_uid: string; was_failing: boolean }>`
    with arrival as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as arrival (
        uid uuid, endpoint_uid uuid, number int, started_at timestamptz, duration_ms int, request_headers jsonb,
        response_status int, response_headers jsonb, response_body text, error text
      )
    ), endpoint as (
      -- Locked in one order everywhere.
      select uid, failing_since is not null or unavailable_times > 0 as was_failing
      from webhook_endpoint where uid in (select endpoint_uid from arrival) order by uid for no key update
    ), done as (
      update webhook_delivery delivery set status = 'delivered', attempts = arrival.number, due_at = null,
        leased_by = null, leased_until = null, last_status = arrival.response_status, last_error = arrival.error,
        finished_at = ${now}
      from arrival join endpoint on endpoint.uid = arrival.endpoint_uid
      where delivery.uid = arrival.uid and delivery.leased_by = ${workerUid} and delivery.status = 'pending'
      returning delivery.uid, delivery.endpoint_uid, endpoint.was_failing
    ), written as (
      insert into webhook_attempt (delivery_uid, number, started_at, duration_ms, request_headers, response_status,
        response_headers, response_body, error)
      select uid, number, started_at, duration_ms, request_headers, response_status, response_headers,
        response_body, error
      from arrival join done using (uid)
    )
    select endpoint_uid, was_failing from done
  `.execute(tx);
  const wereFailing = done.filter(({ was_failing }) => was_failing).map(({ endpoint_uid }) => endpoint_uid);
  return { wereFailing: [...new Set(wereFailing)].sort() };
};

/** Writes a failed attempt down. Answers false when another worker has taken the delivery over. */
export const deliveryFail = async (
  tx: Tx,
  workerUid: string,
  delivery: Pick<Delivery, 'uid' | 'attempts'>,
  attempt: Attempt,
  outcome: { status: 'failed' } | { status: 'pending'; dueAt: Date | null },
  now: Date,
): Promise<boolean> => {
  const number = delivery.attempts + 1;
  const settled = await tx
    .updateTable('webhook_delivery')
    .set({
      status: outcome.status,
      attempts: number,
      due_at: outcome.status === 'pending' ? outcome.dueAt : null,
      leased_by: null,
      leased_until: null,
      last_status: attempt.responseStatus,
      last_error: attempt.error,
      finished_at: outcome.status === 'pending' ? null : now,
    })
    .where('uid', '=', delivery.uid)
    .where('leased_by', '=', workerUid)
    .where('status', '=', 'pending')
    .returning('uid')
    .executeTakeFirst();
  if (!settled) return false;
  await tx
    .insertInto('webhook_attempt')
    .values({
      delivery_uid: delivery.uid,
      number,
      started_at: attempt.startedAt,
      duration_ms: attempt.durationMs,
      request_headers: JSON.stringify(attempt.requestHeaders),
      response_status: attempt.responseStatus,
      response_headers: attempt.responseHeaders === null ? null : JSON.stringify(attempt.responseHeaders),
      response_body: attempt.responseBody,
      error: attempt.error,
    })
    .execute();
  return true;
};

/** Makes the next delivery of each lane due, when the one before it has ended. */
export const lanesGoOn = async (
  tx: Tx,
  lanes: readonly Pick<Delivery, 'endpointUid' | 'subjectUid'>[],
  now: Date,
): Promise<void> => {
  const endpoints = lanes.map(({ endpointUid }) => endpointUid);
  const subjects = lanes.map(({ subjectUid }) => subjectUid);
  await sql`
    update webhook_delivery set due_at = ${now} where uid in (
      select next.uid
      from (select distinct * from unnest(${endpoints}::uuid[], ${subjects}::uuid[])) lane (endpoint_uid, subject_uid)
      cross join lateral (
        select uid from webhook_delivery
        where endpoint_uid = lane.endpoint_uid and subject_uid = lane.subject_uid and status = 'pending'
        order by position, uid limit 1
      ) next
    ) and due_at is null
  `.execute(tx);
};

/** Makes the first delivery of every lane of an endpoint due now: it is back, or was enabled again. */
export const lanesWake = async (tx: Tx, endpointUid: string, now: Date): Promise<void> => {
  await sql`
    update webhook_delivery set due_at = ${now} where uid in (
      select distinct on (subject_uid) uid from webhook_delivery
      where endpoint_uid = ${endpointUid} and status = 'pending' order by subject_uid, position, uid
    ) and (due_at is null or due_at > ${now}) and (leased_until is null or leased_until < ${now})
  `.execute(tx);
};

/** Nothing of a disabled endpoint is due. */
export const lanesRest = async (tx: Tx, endpointUid: string): Promise<void> => {
  await tx
    .updateTable('webhook_delivery')
    .set({ due_at: null })
    .where('endpoint_uid', '=', endpointUid)
    .where('status', '=', 'pending')
    .execute();
};

/** Gives back what this worker will not get to. */
export const deliveriesRelease = async (db: Db, workerUid: string): Promise<void> => {
  await db
    .updateTable('webhook_delivery')
    .set({ leased_by: null, leased_until: null })
    .where('leased_by', '=', workerUid)
    .where('status', '=', 'pending')
    .execute();
};

export const deliveryList = async (
  db: Db,
  filter: { endpointUid: string; status?: DeliveryStatus; eventUid?: string },
  page: NewestFirstPage,
): Promise<{ deliveries: Delivery[]; total: number }> => {
  const ofEndpoint = db
    .selectFrom('webhook_delivery')
    .where('endpoint_uid', '=', filter.endpointUid)
    .$if(filter.status !== undefined, (query) => query.where('status', '=', filter.status!))
    .$if(filter.eventUid !== undefined, (query) => query.where('event_uid', '=', filter.eventUid!));
  const rows = await onNewestFirstPage(ofEndpoint.selectAll(), page).execute();
  const { total } = await ofEndpoint
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { deliveries: rows.map(fromRow), total };
};

/** A delivery of an endpoint of this team. */
export const deliveryByUid = async (db: Db, teamUid: string, uid: string): Promise<Delivery | null> => {
  const row = await db
    .selectFrom('webhook_delivery')
    .innerJoin('webhook_endpoint', 'webhook_endpoint.uid', 'webhook_delivery.endpoint_uid')
    .selectAll('webhook_delivery')
    .where('webhook_delivery.uid', '=', uid)
    .where('webhook_endpoint.team_uid', '=', teamUid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const attemptsOf = async (db: Db, deliveryUid: string): Promise<Selectable<WebhookAttempt>[]> =>
  db
    .selectFrom('webhook_attempt')
    .selectAll()
    .where('delivery_uid', '=', deliveryUid)
    .orderBy('number')
    .execute();

/** Forgets deliveries that ended before `before`; answers how many. */
export const deliveriesForget = async (db: Db, before: Date, limit: number): Promise<number> => {
  const { numAffectedRows } = await sql`
    delete from webhook_delivery where uid in (
      select uid from webhook_delivery where finished_at < ${before} limit ${limit}
    )
  `.execute(db);
  return Number(numAffectedRows ?? 0);
};
