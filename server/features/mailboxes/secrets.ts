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

const sealSecret = (box: SecretBox, mailboxUid: string, name: keyof MailboxSecrets, secret: string): string =>
  box.seal(secret, context(mailboxUid, name));

export const openSecret = (
  box: SecretBox,
  mailboxUid: string,
  name: keyof MailboxSecrets,
  sealed: string,
): string => box.open(sealed, context(mailboxUid, name));

/** A new password, one that was chosen or a random one, and the app password that goes with it. */
export const sealNewPassword = (
  box: SecretBox,
  mailboxUid: string,
  chosen: string | undefined,
): Pick<SealedSecrets, 'password' | 'appPassword'> => {
  const { password, appPassword } = newSecrets();
  return {
    password: sealSecret(box, mailboxUid, 'password', chosen ?? password),
    appPassword: sealSecret(box, mailboxUid, 'appPassword', appPassword),
  };
};

export const sealSecrets = (box: SecretBox, mailboxUid: string, secrets: MailboxSecrets): SealedSecrets => ({
  password: sealSecret(box, mailboxUid, 'password', secrets.password),
  appPassword: sealSecret(box, mailboxUid, 'appPassword', secrets.appPassword),
  totpSecret: sealSecret(box, mailboxUid, 'totpSecret', secrets.totpSecret),
});

export const openSecrets = (box: SecretBox, mailboxUid: string, sealed: SealedSecrets): MailboxSecrets => ({
  password: openSecret(box, mailboxUid, 'password', sealed.password),
  appPassword: openSecret(box, mailboxUid, 'appPassword', sealed.appPassword),
  totpSecret: openSecret(box, mailboxUid, 'totpSecret', sealed.totpSecret),
});

/** The secrets of a mailbox that exists, opened; whoever asks records that somebody sees them. */
export const readMailboxSecrets = async (
  { db, secrets }: { db: Db; secrets: SecretBox },
  uid: string,
): Promise<MailboxSecrets> => openSecrets(secrets, uid, await mailboxSecrets(db, uid));
