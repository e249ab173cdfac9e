// Errors of the mail queue.
import { defineError } from '../../http/errors.ts';

export const queueEntryNotFound = defineError({
  code: 'mail_queue_entry_not_found',
  status: 404,
  whatHappened:
    'The workspace has no mail with this uid in its queue; `uids` in the answer lists those it does not have. Nothing ' +
    'was changed. What is over is shown for 30 days.',
  whatToDo: 'List the mail of the workspace with `POST /v1/api/mail-queue/list`.',
});

export const mailQueueErrors = [queueEntryNotFound];
