// Errors of one-time codes.
import { defineError } from '../../http/errors.ts';

export const codesInUse = defineError({
  code: 'one_time_codes_in_use',
  status: 409,
  whatHappened: 'Signing in takes one-time codes already. Nothing was changed.',
  whatToDo: 'Take them away first with `POST /v1/api/factors/totp/remove`, then enrol again.',
});

export const codesNotInUse = defineError({
  code: 'one_time_codes_not_in_use',
  status: 409,
  whatHappened: 'There are no one-time codes to confirm or to take away.',
  whatToDo: 'Enrol with `POST /v1/api/factors/totp`.',
});

export const codeWrong = defineError({
  code: 'one_time_code_wrong',
  status: 400,
  whatHappened:
    'It is not the code of this moment, or it was used already: each is good once. Nothing was changed.',
  whatToDo:
    'Wait for the next code. When it is wrong again, look at the clock of the device that makes the codes.',
});

export const factorErrors = [codesInUse, codesNotInUse, codeWrong];
