// Every statement on event.
import type { Tx } from '../../../database/database.ts';
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
