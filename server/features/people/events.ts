// What is told of people. Never a password, a code or a link.
import { type Actor, actorData } from '../../http/caller.ts';
import type { NewEvent } from '../events/index.ts';

/** @param by whoever did it; null for the person themselves, by a link */
export const personEvent = (
  type: `person.${string}`,
  who: { uid: string; teamUid: string; email: string },
  by: Actor | null,
  occurredAt: Date,
  data: Record<string, unknown> = {},
): NewEvent => ({
  teamUid: who.teamUid,
  workspaceUid: null,
  type,
  subjectType: 'person',
  subjectUid: who.uid,
  data: { email: who.email, ...data, ...(by && { by: actorData(by) }) },
  occurredAt,
});
