// Errors of sequencers.
import { defineError } from '../../http/errors.ts';

export const sequencerNotFound = defineError({
  code: 'sequencer_not_found',
  status: 404,
  whatHappened: 'The workspace has no sequencer with this uid. Nothing was exported, bought or changed.',
  whatToDo: 'List the sequencers of the workspace with `POST /v1/api/sequencers/list`.',
});

export const exportNotFound = defineError({
  code: 'sequencer_export_not_found',
  status: 404,
  whatHappened: 'The workspace has no export with this uid, or the mailbox is not exported to the sequencer.',
  whatToDo: 'List the exports of the workspace with `POST /v1/api/sequencers/export/status`.',
});

export const platformUnknown = defineError({
  code: 'sequencer_platform_unknown',
  status: 400,
  whatHappened:
    'This installation knows no sequencer platform of this name; `platforms` lists those it knows.',
  whatToDo:
    'Use a `key` of `GET /v1/api/sequencers/platforms`. For a program that is not among them, `csv` writes files that ' +
    'most can import.',
});

export const credentialIncomplete = defineError({
  code: 'sequencer_credential_incomplete',
  status: 400,
  whatHappened:
    'The platform needs other fields than were sent: those in `missing` are not there, those in `unknown` mean nothing ' +
    'to it.',
  whatToDo: 'Send what `GET /v1/api/sequencers/platforms` lists under `credentials` of the platform.',
});

export const credentialRefused = defineError({
  code: 'sequencer_credential_refused',
  status: 400,
  whatHappened:
    'The platform does not let anybody in with this credential, or not far enough; its own words are in the message. ' +
    'Nothing was stored.',
  whatToDo:
    'Make a key at the platform with the rights that `GET /v1/api/sequencers/platforms` names, and send that.',
});

export const sequencerUnavailable = defineError({
  code: 'sequencer_unavailable',
  status: 503,
  whatHappened:
    'The platform did not answer, so nobody knows whether the credential is good. Nothing was stored.',
  whatToDo: 'Try again after `Retry-After` seconds.',
});

export const sequencerExists = defineError({
  code: 'sequencer_exists',
  status: 409,
  whatHappened: 'The workspace has this account already, under the uid in the answer.',
  whatToDo: 'Use that one, or change it with `POST /v1/api/sequencers/update`.',
});

export const notAFile = defineError({
  code: 'sequencer_is_no_file',
  status: 409,
  whatHappened:
    'The sequencer is handed its mailboxes by itself; only those of the platform `csv` have a file.',
  whatToDo: 'Look at its exports with `POST /v1/api/sequencers/export/status`.',
});

export const sequencerErrors = [
  sequencerNotFound,
  exportNotFound,
  platformUnknown,
  credentialIncomplete,
  credentialRefused,
  sequencerUnavailable,
  sequencerExists,
  notAFile,
];
