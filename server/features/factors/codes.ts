// One-time codes (TOTP, RFC 6238) and the recovery codes that stand in for them, each good once.
import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Db, Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import {
  recoveryCodesReplace,
  recoveryCodeUse,
  type TotpFactor,
  totpByPerson,
  totpUseStep,
} from './store.ts';

const PERIOD_S = 30;
const RECOVERY_CODES = 10;
/** RFC 4648 §6 in lower case: no letter in it looks like a digit in it. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

const context = (personUid: string): string => `totp_factor:${personUid}`;

export const newSecret = (): string => new Secret({ size: 20 }).base32;

export const sealSecret = (box: SecretBox, personUid: string, secret: string): string =>
  box.seal(secret, context(personUid));

/** What programs that make codes read from a picture (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). */
export const otpauthUrl = (secret: string, email: string): string =>
  new TOTP({
    issuer: 'InboxKit',
    label: email,
    secret: Secret.fromBase32(secret),
    period: PERIOD_S,
  }).toString();

/** Twenty letters and digits in groups: 100 bits. */
const newRecoveryCode = (): string =>
  Array.from(randomBytes(20), (byte) => ALPHABET[byte & 31])
    .join('')
    .replace(/(.{5})(?!$)/g, '$1-');

const recoverySha256 = (code: string): Buffer =>
  createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z2-7]/g, ''))
    .digest();

/** Makes the codes that are good from now on, and answers them; they are kept nowhere. */
export const giveRecoveryCodes = async (tx: Tx, personUid: string): Promise<string[]> => {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await recoveryCodesReplace(tx, personUid, codes.map(recoverySha256));
  return codes;
};

/** Uses up a code of the device: that of now, or of the step before or after. @returns whether it was good */
export const useTotpCode = async (
  tx: Tx,
  secrets: SecretBox,
  { personUid, factor, code, now }: { personUid: string; factor: TotpFactor; code: string; now: Date },
): Promise<boolean> => {
  const secret = Secret.fromBase32(secrets.open(factor.secretSealed, context(personUid)));
  const timestamp = now.getTime();
  const delta = new TOTP({ secret, period: PERIOD_S }).validate({ token: code, timestamp, window: 1 });
  if (delta === null) return false;
  return totpUseStep(tx, personUid, Math.floor(timestamp / 1000 / PERIOD_S) + delta);
};

/** Whether signing in takes a code. */
export const needsCode = async (db: Db, personUid: string): Promise<boolean> =>
  (await totpByPerson(db, personUid))?.confirmedAt != null;

/** Uses up a code of the device, or a recovery code. @returns whether it was good */
export const useCode = async (
  tx: Tx,
  secrets: SecretBox,
  { personUid, code, now }: { personUid: string; code: string; now: Date },
): Promise<boolean> => {
  const factor = await totpByPerson(tx, personUid);
  if (!factor?.confirmedAt) return false;
  const digits = code.replace(/\s/g, '');
  return /^\d{6}$/.test(digits)
    ? useTotpCode(tx, secrets, { personUid, factor, code: digits, now })
    : recoveryCodeUse(tx, personUid, recoverySha256(code), now);
};
