/** Opens the sealed DKIM keys of hosted domains, and keeps those it has opened. */
import type { SecretBox } from '../../database/secret-box.ts';

const MAX_OPENED_KEYS = 1000;

export type SealedKey = { domain: string; selector: string; private_key_sealed: string };

/** Gives the private key, PEM. @throws SecretUnreadable */
export type OpenKey = (key: SealedKey) => string;

export function createKeyOpener(secretBox: SecretBox): OpenKey {
  // By sealed text, so that a replaced key is never mixed up with its successor.
  const opened = new Map<string, string>();
  return (key) => {
    const known = opened.get(key.private_key_sealed);
    if (known) return known;
    const pem = secretBox.open(key.private_key_sealed, `published.dkim_key:${key.domain}:${key.selector}`);
    if (opened.size >= MAX_OPENED_KEYS) opened.clear();
    opened.set(key.private_key_sealed, pem);
    return pem;
  };
}
