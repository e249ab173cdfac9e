// Front door of passkeys.
import { addPasskey } from './add.endpoint.ts';
import { listPasskeys } from './list.endpoint.ts';
import { passkeyOptions } from './options.endpoint.ts';
import { removePasskey } from './remove.endpoint.ts';

export { challengeField, credentialField, optionsShape } from './ceremony.ts';
export { passkeyErrors, passkeysNeedName } from './errors.ts';
export { provenPasskey, signInOptions } from './sign-in.ts';
export { challengesForget, passkeyCounts, passkeysDelete, passkeyUsed } from './store.ts';

export const passkeyEndpoints = [passkeyOptions, addPasskey, listPasskeys, removePasskey];
