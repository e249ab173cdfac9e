// Passkeys as browsers make and use them (WebAuthn Level 3 §5.1: options and credentials as JSON).
import type { Input } from '../../sdk/index.ts';

/** Whether this browser, at this address, makes and uses passkeys: they need a name, with TLS or `localhost`. */
export const passkeysWork = (): boolean =>
  isSecureContext &&
  typeof PublicKeyCredential === 'function' &&
  'parseRequestOptionsFromJSON' in PublicKeyCredential &&
  !/^[\d.]+$|^\[/.test(location.hostname);

type Credential = Input<'sessions.create-by-passkey'>['credential'];

const asJson = (credential: globalThis.Credential | null): Credential => ({
  ...(credential as PublicKeyCredential).toJSON(),
});

/** @throws {DOMException} when whoever is asked says no, or has none for this address */
export const assertPasskey = async (options: object): Promise<Credential> =>
  asJson(
    await navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
        options as PublicKeyCredentialRequestOptionsJSON,
      ),
    }),
  );

/** @throws {DOMException} when whoever is asked says no, or the device has one already */
export const makePasskey = async (options: object): Promise<Credential> =>
  asJson(
    await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
        options as PublicKeyCredentialCreationOptionsJSON,
      ),
    }),
  );
