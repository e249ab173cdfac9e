// Passwords of people: argon2id, and the check that takes as long for nobody as for somebody.
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { forgiveAttempts, takeAttempt } from './attempts.ts';
import { signInRefused } from './errors.ts';
import type { Person } from './person.ts';

// OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Length is what makes a password good (NIST SP 800-63B §3.1.1.2); rules about its characters do not. */
export const newPassword = z
  .string()
  .min(12)
  .max(256)
  .meta({ description: 'At least 12 characters.', example: 'four words of my own' });

/** One that is to be checked. */
export const givenPassword = z.string().min(1).max(256);

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'), cost);

let nobodys: Promise<string> | undefined;

/** Whether it is the person's password; null stands for an address that nobody has, and takes as long. */
export const isPasswordOf = async (
  person: Pick<Person, 'passwordHash'> | null,
  password: string,
): Promise<boolean> => {
  nobodys ??= hashPassword(randomBytes(32).toString('base64'));
  const matches = await verify(person?.passwordHash ?? (await nobodys), password.normalize('NFC'));
  return person !== null && matches;
};

/** What attempts at an address are counted under. */
export const attemptsAt = (email: string): string => `address ${email}`;

/**
 * For somebody who is known already and has to say their password again.
 *
 * @throws {ApiError} `sign_in_refused`, `sign_in_slowed`
 */
export const provePassword = async (
  deps: { db: Db; clock: Clock },
  person: Person,
  password: string,
): Promise<void> => {
  const key = attemptsAt(person.email);
  await takeAttempt(deps, key);
  if (!(await isPasswordOf(person, password))) throw signInRefused('The password is not the right one');
  await forgiveAttempts(deps, key);
};
