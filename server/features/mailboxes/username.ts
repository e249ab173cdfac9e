// What may stand before the @ of a mailbox's address.
import { invalidUsername } from './errors.ts';

// A dot-atom (RFC 5321 §4.1.2) cut down to what every platform and every sequencer takes.
const USERNAME = /^[a-z0-9]+([._-][a-z0-9]+)*$/;
const USERNAME_MAX = 64; // RFC 5321 §4.5.3.1.1

/** RFC 2142: they belong to whoever runs the domain's mail. */
export const reservedUsernames: readonly string[] = [
  'abuse',
  'hostmaster',
  'mailer-daemon',
  'noc',
  'postmaster',
  'root',
  'security',
  'webmaster',
];

/** Why nobody can have the address, whoever has it; null for one that can be had. */
export const usernameProblem = (username: string, address: string): string | null => {
  if (username.length > USERNAME_MAX || !USERNAME.test(username)) {
    return `"${username}" cannot be the username of ${address}`;
  }
  return reservedUsernames.includes(username) ? `${address} is reserved (RFC 2142)` : null;
};

/** @throws ApiError invalid_username */
export const assertUsername = (username: string, address: string): void => {
  const problem = usernameProblem(username, address);
  if (problem) throw invalidUsername(problem, { email: address });
};
