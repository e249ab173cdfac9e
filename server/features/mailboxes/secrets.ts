// The secrets of a new mailbox, and opening them again for whoever may see them.
import { randomInt } from 'node:crypto';
import { Secret } from 'otpauth';
import type { Db } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import type { SealedSecrets } from './mailbox.ts';
import { mailboxSecrets } from './store.ts';

export type MailboxSecrets = {
  password: string;
  /** 16 lower-case letters, the form people know from app passwords. */
  appPassword: string;
  /** Base32 (RFC 4648 §6) of 160 bits, for TOTP (RFC 6238). */
  totpSecret: string;
};

const LOWER = 'abcdefghijkmnpqrstuvwxyz';
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const DIGITS = '23456789';
const SIGNS = '-_.+=';
const PASSWORD_LENGTH = 20;

const pick = (alphabet: string): string => alphabet[randomInt(alphabet.length)]!;

/** About 117 bits, without look-alikes; has one of each class because sign-in forms ask for that. */
const newPassword = (): string => {
  const characters = [LOWER, UPPER, DIGITS, SIGNS].map(pick);
  while (characters.length < PASSWORD_LENGTH) characters.push(pick(LOWER + UPPER + DIGITS + SIGNS));
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other]!, characters[last]!];
  }
  return characters.join('');
};

export const newSecrets = (): MailboxSecrets => ({
  password: newPassword(),
  appPassword: Array.from({ length: 16 }, () => pick('abcdefghijklmnopqrstuvwxyz')).join(''),
  totpSecret: new Secret({ size: 20 }).base32,
});

const context = (mailboxUid: string, name: keyof MailboxSecrets): string => `mailbox:${mailboxUid}:${name}`;

export const sealSecrets = (box: SecretBox, mailboxUid: string, secrets: MailboxSecrets): SealedSecrets => ({
  password: box.seal(secrets.password, context(mailboxUid, 'password')),
  appPassword: box.seal(secrets.appPassword, context(mailboxUid, 'appPassword')),
  totpSecret: box.seal(secrets.totpSecret, context(mailboxUid, 'totpSecret')),
});

export const openSecrets = (box: SecretBox, mailboxUid: string, sealed: SealedSecrets): MailboxSecrets => ({
  password: box.open(sealed.password, context(mailboxUid, 'password')),
  appPassword: box.open(sealed.appPassword, context(mailboxUid, 'appPassword')),
  totpSecret: box.open(sealed.totpSecret, context(mailboxUid, 'totpSecret')),
});

/** The secrets of a mailbox that exists, opened; whoever asks records that somebody sees them. */
export const readMailboxSecrets = async (
  { db, secrets }: { db: Db; secrets: SecretBox },
  uid: string,
): Promise<MailboxSecrets> => openSecrets(secrets, uid, await mailboxSecrets(db, uid));
