// What a password of a mailbox must be like when a customer chooses it.
import type { Mailbox } from './mailbox.ts';

const SHORTEST = 12;
const LONGEST = 128;
/** So long that it needs no mix of characters. */
const LONG = 20;
const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];

/**
 * What is wrong with it, for people; null for a good one. Visible ASCII only, because mail programs differ in how they
 * send anything else (RFC 4616 §2 asks for UTF-8, and not all do).
 */
export const passwordProblem = (
  password: string,
  owner: Pick<Mailbox, 'username' | 'domainName' | 'firstName' | 'lastName'>,
): string | null => {
  if (!/^[\x21-\x7e]*$/.test(password))
    return 'it may hold letters, digits and signs of ASCII, and no spaces';
  // In a file of mailboxes a spreadsheet would take it for a formula.
  if (/^[=+\-@]/.test(password)) return 'it must not begin with =, +, - or @';
  if (password.length < SHORTEST) return `it must have at least ${SHORTEST} characters`;
  if (password.length > LONGEST) return `it must have at most ${LONGEST} characters`;
  if (new Set(password).size < 6) return 'it repeats too few characters';
  if (password.length < LONG && classes.filter((one) => one.test(password)).length < 3) {
    return `it must mix three of lower case, upper case, digits and signs, or have ${LONG} characters`;
  }
  const words = [owner.username, owner.firstName, owner.lastName, owner.domainName.split('.')[0]!];
  const told = words.find((word) => word.length >= 4 && password.toLowerCase().includes(word.toLowerCase()));
  return told ? `it must not hold "${told}", which everybody knows of the mailbox` : null;
};
