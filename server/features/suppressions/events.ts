// What is told of changes to the suppression list by people.
import { type Actor, actorData } from '../../http/caller.ts';
import type { NewEvent } from '../events/index.ts';

export const suppressionsChanged = (about: {
  teamUid: string;
  workspaceUid: string;
  by: Actor;
  change: 'added' | 'removed';
  emails: string[];
  at: Date;
}): NewEvent => ({
  teamUid: about.teamUid,
  workspaceUid: about.workspaceUid,
  type: `workspace.suppressions_${about.change}`,
  subjectType: 'workspace',
  subjectUid: about.workspaceUid,
  // An import can bring a hundred thousand.
  data: { count: about.emails.length, emails: about.emails.slice(0, 100), ...actorData(about.by) },
  occurredAt: about.at,
});
