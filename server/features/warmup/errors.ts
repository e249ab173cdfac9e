// Errors of warm-up.
import { defineError } from '../../http/errors.ts';

export const warmupNotFound = defineError({
  code: 'warmup_not_found',
  status: 404,
  whatHappened: 'The mailbox is not in the workspace, or was never added to warm-up.',
  whatToDo:
    'List what is warmed up with `POST /v1/api/warmup/list`; add a mailbox with `POST /v1/api/warmup/add`.',
});

export const warmupMailboxEnded = defineError({
  code: 'warmup_mailbox_ended',
  status: 409,
  whatHappened: 'The mailbox failed, or was cancelled, archived or deleted, so it cannot be warmed up.',
  whatToDo: 'Reactivate the mailbox first, or leave it out.',
});

export const warmupCancelled = defineError({
  code: 'warmup_cancelled',
  status: 409,
  whatHappened: 'The warm-up of the mailbox was cancelled, so it can be neither paused nor resumed.',
  whatToDo: 'Add the mailbox again with `POST /v1/api/warmup/add`: time that is paid is still there.',
});

export const warmupSettingsInvalid = defineError({
  code: 'warmup_settings_invalid',
  status: 400,
  whatHappened: 'Two of the settings do not go together; the message says which.',
  whatToDo: 'Let `until_hour` come after `from_hour`, and `start` be no more than `max`.',
});

export const warmupErrors = [warmupNotFound, warmupMailboxEnded, warmupCancelled, warmupSettingsInvalid];
