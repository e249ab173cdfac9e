// Front door of events. Features record what they changed in the transaction that changed it.
export type { NewEvent } from './event.ts';
export { eventInsert as recordEvents, eventWithCause, statusesWhenEnded } from './store.ts';
