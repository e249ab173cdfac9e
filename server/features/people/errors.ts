// Errors about people, their links, and signing in.
import { defineError } from '../../http/errors.ts';

export const personNotFound = defineError({
  code: 'person_not_found',
  status: 404,
  whatHappened: 'The team has no person and no open invitation with this uid.',
  whatToDo: 'List the people with `GET /v1/api/people` and use one of the uids it answers.',
});

export const alreadyMember = defineError({
  code: 'already_member',
  status: 409,
  whatHappened: 'Somebody with this address is in the team already. Nobody was invited.',
  whatToDo: 'Change their role with `POST /v1/api/people/update`.',
});

export const roleNotHeld = defineError({
  code: 'role_not_held',
  status: 403,
  whatHappened:
    'The caller may not give this role, or not decide about somebody who has it: that takes an owner where it is about owners, and a key with all the rights of the role. Nothing was changed.',
  whatToDo: 'Ask an owner of the team, or use a key with more scopes.',
});

export const lastOwner = defineError({
  code: 'last_owner',
  status: 409,
  whatHappened: 'It is the only owner of the team, and a team needs one. Nothing was changed.',
  whatToDo: 'Make somebody else an owner first.',
});

export const personElsewhere = defineError({
  code: 'person_elsewhere',
  status: 409,
  whatHappened:
    'The person is also in another team, which a new password would open too. No link was made for them.',
  whatToDo:
    'They ask for a link themselves with `POST /v1/api/people/forgot-password`. Where no mail is sent, they are removed from one of the teams, given a link by the other, and invited again.',
});

export const linkNotValid = defineError({
  code: 'link_not_valid',
  status: 404,
  whatHappened: 'The link was used, withdrawn, replaced by a newer one, or has expired; or it never was one.',
  whatToDo: 'Ask whoever sent it for a new one.',
});

export const signInRefused = defineError({
  code: 'sign_in_refused',
  status: 401,
  whatHappened:
    'Address and password do not belong together, or nobody has the address: the answer is the same. Also the answer to a wrong one-time code and to a passkey that is not known here.',
  whatToDo:
    'Try again, or ask for a link for a new password: by `POST /v1/api/people/forgot-password`, or from an owner or admin of the team.',
});

export const signInSlowed = defineError({
  code: 'sign_in_slowed',
  status: 429,
  whatHappened:
    'There were too many wrong attempts for this address. Each further one makes the wait longer, up to a quarter of an hour; devices that signed in before are counted apart. Nothing was checked.',
  whatToDo:
    'Wait for the number of seconds in `Retry-After`. A passkey and a link for a new password work meanwhile.',
});

export const mailNotSetUp = defineError({
  code: 'mail_not_set_up',
  status: 409,
  whatHappened: 'The installation has no mail server to send a link through. Nothing was done.',
  whatToDo:
    'An owner or admin of the team makes a link for a new password with `POST /v1/api/people/reset-link`. The operator sets `INBOXKIT_SYSTEM_MAIL_URL`.',
});

export const peopleErrors = [
  mailNotSetUp,
  personNotFound,
  alreadyMember,
  roleNotHeld,
  lastOwner,
  personElsewhere,
  linkNotValid,
  signInRefused,
  signInSlowed,
];
