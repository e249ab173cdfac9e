// GET /events/stream: events as they happen, as server-sent events (WHATWG HTML §9.2).
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import type { Caller } from '../../http/caller.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { tooManyStreams } from './errors.ts';
import { eventRow } from './event.ts';
import { eventFeed } from './feed.ts';
import { eventQuery } from './schema.ts';
import { type EventFilter, eventsAfter, lastPosition } from './store.ts';

const MAX_STREAMS_PER_TEAM = 20;
const AT_ONCE = 200;
/** Proxies close connections that are silent for a minute. */
const KEEP_ALIVE_MS = 15_000;
/** The reader comes back by itself with the id it saw last; a key that was revoked meanwhile is then refused. */
const LONGEST_MS = 15 * 60_000;
const COME_BACK_MS = 1_000;
/** After these a person may see other workspaces than before: their stream ends, and begins anew with what they may see. */
const CHANGES_OF_SIGHT = ['workspace.*', 'person.*'];

export const streamEvents = defineEndpoint<FeatureContext>()({
  operation: 'events.stream',
  summary: 'Stream events',
  description:
    'Server-sent events: `id` is the cursor, `event` the type, `data` the event as `GET /events` lists it. Begins after ' +
    'the header `Last-Event-ID`, else after `after`, else with what happens from now on. The stream ends after 15 ' +
    'minutes; a client of the standard comes back by itself and misses nothing.',
  method: 'GET',
  path: '/events/stream',
  scope: 'team',
  query: z.strictObject(eventQuery),
  response: z.object({}),
  file: { types: ['text/event-stream'], holds: 'Events, for as long as the connection is open.' },
  errors: [tooManyStreams],
  async handle({ query, caller, header }, { db }) {
    if (eventFeed(db).count(caller.teamId) >= MAX_STREAMS_PER_TEAM) {
      throw tooManyStreams(`The team has ${MAX_STREAMS_PER_TEAM} event streams open`);
    }
    const filter: EventFilter = {
      teamUid: caller.teamId,
      workspaceUid: query.workspace_uid,
      subjectUid: query.subject_uid,
      types: query.types,
      hiddenWorkspaceUids: caller.person?.closedWorkspaceUids,
    };
    const last = header('last-event-id');
    const from =
      last !== undefined && /^\d{1,15}$/.test(last)
        ? Number(last)
        : (query.after ?? (await lastPosition(db)));
    const body = ReadableStream.from(eventLines(db, caller, from, filter)).pipeThrough(
      new TextEncoderStream(),
    ) as ReadableStream<Uint8Array>;
    return { message: 'Events', [answerFile]: { contentType: 'text/event-stream', body } };
  },
});

async function* eventLines(
  db: Db,
  { teamId: teamUid, person }: Caller,
  from: number,
  filter: EventFilter,
): AsyncGenerator<string> {
  let wake = Promise.withResolvers<void>();
  const subscription = eventFeed(db).join(teamUid, () => wake.resolve());
  const endAt = Date.now() + LONGEST_MS;
  let position = from;
  let lookedAt = person ? await lastPosition(db, teamUid) : 0;
  const seesOther = async (upTo: number): Promise<boolean> => {
    if (!person || upTo <= lookedAt) return false;
    const since = { position: lookedAt, upTo, limit: 1 };
    lookedAt = upTo;
    return (await eventsAfter(db, since, { teamUid, types: CHANGES_OF_SIGHT })).length > 0;
  };
  try {
    // The place where it begins, so that a reader whose connection breaks before the first event misses none.
    yield `id: ${from}\nretry: ${COME_BACK_MS}\n\n`;
    while (!subscription.ended && Date.now() < endAt) {
      // Taken before the look: what is placed from here on must not be slept through.
      wake = Promise.withResolvers<void>();
      const upTo = await lastPosition(db, teamUid);
      if (await seesOther(upTo)) return;
      const events = await eventsAfter(db, { position, upTo, limit: AT_ONCE }, filter);
      for (const event of events) {
        yield `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(eventRow(event))}\n\n`;
      }
      position = events.length === AT_ONCE ? events.at(-1)!.position : Math.max(position, upTo);
      if (events.length > 0) continue;
      let timer: NodeJS.Timeout | undefined;
      const quiet = new Promise<'quiet'>((resolve) => {
        timer = setTimeout(() => resolve('quiet'), KEEP_ALIVE_MS);
      });
      const why = await Promise.race([wake.promise, quiet]);
      clearTimeout(timer);
      if (why === 'quiet') yield ': nothing new\n\n';
    }
  } finally {
    subscription.leave();
  }
}
