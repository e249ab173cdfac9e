// What is told of people who steer the queue.

import type { QueueCommand } from '../../../providers/contracts/mail-queue.ts';
import { type Actor, actorData } from '../../http/caller.ts';
import type { NewEvent } from '../events/index.ts';

export const mailSteered = (about: {
  teamUid: string;
  workspaceUid: string;
  by: Actor;
  command: QueueCommand;
  uids: string[];
  at: Date;
}): NewEvent => ({
  teamUid: about.teamUid,
  workspaceUid: about.workspaceUid,
  type: 'workspace.mail_queue_changed',
  subjectType: 'workspace',
  subjectUid: about.workspaceUid,
  // A filter can mean a hundred thousand: the first ones say which they were.
  data: {
    command: about.command,
    changed: about.uids.length,
    uids: about.uids.slice(0, 100),
    ...actorData(about.by),
  },
  occurredAt: about.at,
});
