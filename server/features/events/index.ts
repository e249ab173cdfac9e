// Front door of events. Features record what they changed in the transaction that changed it.
import type { Db } from '../../../database/database.ts';
import { eventFeed } from './feed.ts';
import { listEvents } from './list.endpoint.ts';
import { streamEvents } from './stream.endpoint.ts';

export { eventErrors } from './errors.ts';
export { eventRow, type NewEvent, type PlacedEvent, type SubjectType, typeIsAmong } from './event.ts';
export { placeEvents } from './place.job.ts';
export { eventShape, eventType } from './schema.ts';
export {
  eventInsert as recordEvents,
  eventsAfter,
  eventsBySeq,
  eventsWrittenIn as recordedWith,
  eventWithCause,
  lastPosition,
  statusesWhenEnded,
} from './store.ts';

export const eventEndpoints = [listEvents, streamEvents];

/** Ends the streams of this process, so that it can stop; their readers come back elsewhere. */
export const endEventStreams = (db: Db): void => eventFeed(db).end();
