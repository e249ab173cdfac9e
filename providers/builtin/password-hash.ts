// Hashes of the secrets mailboxes open with: argon2id in PHC form, read by the mail plane.
import { hash } from '@node-rs/argon2';

// OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane.
const forPasswords = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Argon2 makes guessing dear, which matters for what people choose. An app password is drawn at random: sixteen
// letters are 75 bits, beyond any search however cheap one guess is. Sequencers sign in with it for each message,
// so the cost would be paid on every send and buy nothing.
const forAppPasswords = { memoryCost: 1_024, timeCost: 1, parallelism: 1 };
const shortestRandomSecret = 16;

export const hashPassword = (password: string): Promise<string> => hash(password, forPasswords);

/** As `hashPassword`, at the low cost that random secrets allow; one too short to be random gets the full cost. */
export const hashAppPassword = (appPassword: string): Promise<string> =>
  hash(appPassword, appPassword.length >= shortestRandomSecret ? forAppPasswords : forPasswords);
