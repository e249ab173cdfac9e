// Errors of the API keys feature.
import { defineError } from '../../http/errors.ts';

export const keyNotFound = defineError({
  code: 'key_not_found',
  status: 404,
  whatHappened: 'The team has no API key with this uid.',
  whatToDo: 'List the keys with `GET /v1/api/keys` and use one of the uids it answers.',
});

export const keyRevoked = defineError({
  code: 'key_revoked',
  status: 409,
  whatHappened: 'The key is revoked or has expired already, so nothing can take its place.',
  whatToDo: 'Create a new key with `POST /v1/api/keys`.',
});

export const lastAdminKey = defineError({
  code: 'last_admin_key',
  status: 409,
  whatHappened:
    'It is the last key that may decide about keys. Without it the team could never make another, so it was not revoked.',
  whatToDo: 'Create or rotate to another key with the scope `admin`, then revoke this one with that.',
});

export const scopeNotHeld = defineError({
  code: 'scope_not_held',
  status: 403,
  whatHappened: 'A key can give away what it has itself, and the new key was to have more. Nothing was made.',
  whatToDo: 'Ask for fewer scopes, or use a key that has them.',
});

export const domainNotHeld = defineError({
  code: 'domain_not_held',
  status: 404,
  whatHappened:
    'The key was to be limited to domains, and the team does not have one of them, or it is in none of the workspaces that were named with them; `unknown` lists them. Nothing was made.',
  whatToDo: 'Take the uids that `POST /v1/api/domains/list` shows, and leave `workspace_uids` out.',
});

export const keyErrors = [domainNotHeld, keyNotFound, keyRevoked, lastAdminKey, scopeNotHeld];
