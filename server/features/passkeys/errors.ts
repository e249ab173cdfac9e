// Errors of passkeys.
import { defineError } from '../../http/errors.ts';

export const passkeysNeedName = defineError({
  code: 'passkeys_need_name',
  status: 409,
  whatHappened:
    'Browsers make passkeys for a name with TLS, or for `localhost`, and this installation is reached by an address. Nothing was done.',
  whatToDo:
    'The operator sets `INBOXKIT_PUBLIC_URL` to the name people use, such as `https://inboxkit.example.net` or `http://localhost:8080`.',
});

export const passkeyRefused = defineError({
  code: 'passkey_refused',
  status: 400,
  whatHappened:
    'What the browser sent is not a new passkey for this request: it answers another challenge, comes from another site, was not unlocked by its owner, or is known here already.',
  whatToDo: 'Ask for new options with `POST /v1/api/passkeys/options` and try again.',
});

export const passkeyNotFound = defineError({
  code: 'passkey_not_found',
  status: 404,
  whatHappened: 'Whoever is signed in has no passkey with this uid.',
  whatToDo: 'List them with `GET /v1/api/passkeys`.',
});

export const passkeyErrors = [passkeysNeedName, passkeyRefused, passkeyNotFound];
