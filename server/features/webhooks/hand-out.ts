// Hands events out to the endpoints that are told of them: one delivery each.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { eventsAfter, lastPosition, type PlacedEvent, placeEvents, typeIsAmong } from '../events/index.ts';
import {
  deliveriesInsert,
  fanOutAdvance,
  fanOutLock,
  fanOutPosition,
  type NewDelivery,
} from './delivery-store.ts';
import { endpointsToTellLock } from './store.ts';
import { typesToldTo, type WebhookEndpoint } from './webhook.ts';

/** Made for one endpoint, and told to that one alone. */
export const TEST_EVENT = 'webhook.test';
const EVENTS_AT_ONCE = 200;

/** Hands out everything that happened. Any number of processes may do so at once; one of them does. */
export const handOutEvents = async ({ db, clock }: { db: Db; clock: Clock }): Promise<void> => {
  await placeEvents(db);
  while ((await lastPosition(db)) > (await fanOutPosition(db))) {
    if (!(await inTransaction(db, (tx) => handOut(tx, clock.now())))) return;
  }
};

/** Answers whether it was this process's turn. */
const handOut = async (tx: Tx, now: Date): Promise<boolean> => {
  const position = await fanOutLock(tx);
  if (position === null) return false;
  const range = { position, upTo: await lastPosition(tx), limit: EVENTS_AT_ONCE };
  const events = await eventsAfter(tx, range);
  if (events.length === 0) return false;
  const endpoints = await endpointsToTellLock(tx, [...new Set(events.map(({ teamUid }) => teamUid))]);
  const byTeam = Map.groupBy(endpoints, ({ teamUid }) => teamUid);
  const deliveries = events.flatMap((event) =>
    (byTeam.get(event.teamUid) ?? [])
      .filter((endpoint) => endpoint.createdAt <= event.occurredAt && isTold(endpoint, event))
      .map((endpoint) => newDelivery(endpoint, event, { replay: false })),
  );
  await deliveriesInsert(tx, deliveries, now);
  await fanOutAdvance(tx, events.at(-1)!.position);
  return true;
};

export const isTold = (endpoint: WebhookEndpoint, event: PlacedEvent): boolean =>
  (endpoint.workspaceUid === null || endpoint.workspaceUid === event.workspaceUid) &&
  typeIsAmong(event.type, typesToldTo(endpoint)) &&
  event.type !== TEST_EVENT &&
  // An endpoint that is told that it fails would be told so by failing.
  !(event.subjectType === 'webhook' && event.subjectUid === endpoint.uid);

export const newDelivery = (
  endpoint: Pick<WebhookEndpoint, 'uid'>,
  event: PlacedEvent,
  { replay }: { replay: boolean },
): NewDelivery => ({
  uid: newId(),
  endpointUid: endpoint.uid,
  eventUid: event.uid,
  eventSeq: event.seq,
  eventType: event.type,
  subjectUid: event.subjectUid,
  position: event.position,
  replay,
});
