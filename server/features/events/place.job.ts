// Gives committed events their place in the order in which they are read.
import { type Db, inTransaction } from '../../../database/database.ts';
import { eventsPlace, eventsWait } from './store.ts';

const AT_ONCE = 1_000;

/** Places everything that waits. Any number of processes may do so at once; one of them does. */
export const placeEvents = async (db: Db): Promise<void> => {
  while (await eventsWait(db)) {
    if ((await inTransaction(db, (tx) => eventsPlace(tx, AT_ONCE))) === 0) return;
  }
};
