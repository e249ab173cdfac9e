// Errors of signing in and of sessions.
import { defineError } from '../../http/errors.ts';

export const secondFactorNeeded = defineError({
  code: 'second_factor_needed',
  status: 401,
  whatHappened: 'Address and password belong together, and signing in also takes a one-time code.',
  whatToDo: 'Send the same again with the code of the device, or a recovery code, in `code`.',
});

export const sessionNotFound = defineError({
  code: 'session_not_found',
  status: 404,
  whatHappened: 'Whoever is signed in has no session with this uid; it may be over.',
  whatToDo: 'List them with `GET /v1/api/sessions`.',
});

export const notInTeam = defineError({
  code: 'not_in_team',
  status: 404,
  whatHappened: 'Whoever is signed in is in no team with this uid.',
  whatToDo: 'Use one of the `teams` that `GET /v1/api/sessions/current` answers.',
});

export const sessionErrors = [secondFactorNeeded, sessionNotFound, notInTeam];
