// Every statement on event.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { NewEvent } from './event.ts';

export const eventInsert = async (tx: Tx, events: NewEvent[]): Promise<void> => {
  if (events.length === 0) return;
  await tx
    .insertInto('event')
    .values(
      events.map((event) => ({
        uid: newId(),
        team_uid: event.teamUid,
        workspace_uid: event.workspaceUid,
        type: event.type,
        subject_type: event.subjectType,
        subject_uid: event.subjectUid,
        data: JSON.stringify(event.data),
        occurred_at: event.occurredAt,
      })),
    )
    .execute();
};

/** Every event of one thing, oldest first. */
export const eventsOfSubject = (db: Db, subjectUid: string) =>
  db
    .selectFrom('event')
    .select(['seq', 'type', 'data', 'occurred_at'])
    .where('subject_uid', '=', subjectUid)
    .orderBy('seq')
    .execute();
