// Tells the streams of this process that there are new events: one look at the database for all of them.
import type { Db } from '../../../database/database.ts';
import { lastPosition } from './store.ts';

const LOOK_EVERY_MS = 500;

export type EventFeed = {
  /** Streams open in this process for a team. */
  count(teamUid: string): number;
  /** `wake` is called when there is something new, or when the stream has to end (`ended`). */
  join(teamUid: string, wake: () => void): Subscription;
  /** Ends every stream, so that the server can stop. */
  end(): void;
};

type Subscription = { readonly ended: boolean; leave(): void };

const feeds = new WeakMap<Db, EventFeed>();

/** The feed of this process for this database. It looks while somebody listens and costs nothing else. */
export const eventFeed = (db: Db): EventFeed => {
  const known = feeds.get(db);
  if (known) return known;
  const made = createFeed(db);
  feeds.set(db, made);
  return made;
};

const createFeed = (db: Db): EventFeed => {
  const listeners = new Map<symbol, { teamUid: string; wake: () => void }>();
  let timer: NodeJS.Timeout | undefined;
  let seen = -1;
  let ended = false;

  const look = async () => {
    // A database that is away is not the stream's affair: it is asked again.
    const last = await lastPosition(db).catch(() => seen);
    if (last !== seen) for (const { wake } of listeners.values()) wake();
    seen = last;
    if (listeners.size > 0 && !ended) timer = setTimeout(look, LOOK_EVERY_MS).unref();
    else timer = undefined;
  };

  return {
    count: (teamUid) => [...listeners.values()].filter((listener) => listener.teamUid === teamUid).length,
    join(teamUid, wake) {
      const id = Symbol(teamUid);
      listeners.set(id, { teamUid, wake });
      timer ??= setTimeout(look, LOOK_EVERY_MS).unref();
      return {
        get ended() {
          return ended;
        },
        leave() {
          listeners.delete(id);
        },
      };
    },
    end() {
      ended = true;
      clearTimeout(timer);
      for (const { wake } of listeners.values()) wake();
    },
  };
};
