// A credential that a customer gave for an account of zones at a DNS host of theirs. Its values are sealed and shown to
// nobody again; what is shown is enough to tell one from another.
import { createHash } from 'node:crypto';
import type { CredentialValues } from '../../../providers/contracts/credential.ts';

export type CredentialStatus = 'active' | 'invalid';

export type ZoneCredential = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  vendor: string;
  /** Which of the vendor's kinds of credential, as callers name it. */
  kind: string;
  label: string | null;
  /** Its last characters. */
  hint: string;
  /** The vendor's accounts it reached when it was last looked at. */
  accounts: { id: string; name: string }[];
  status: CredentialStatus;
  /** Why it does not work; null while it does. */
  statusReason: string | null;
  /** The same in a word for programs, e.g. `missing_right`. */
  statusCode: string | null;
  statusSince: Date;
  checkedAt: Date;
  createdAt: Date;
};

/** A credential as it was given. */
export type GivenCredential = {
  vendor: string;
  kind: string;
  values: CredentialValues;
  /** The value that must not be known. */
  secret: string;
};

/** Tells whether a credential is the same as one that was given before. Secrets of vendors are too long to be guessed. */
export const fingerprintOf = ({ vendor, values }: Pick<GivenCredential, 'vendor' | 'values'>): string =>
  createHash('sha256')
    .update(JSON.stringify([vendor, ...Object.entries(values).toSorted()]))
    .digest('base64url');

const HINT_LENGTH = 4;

export const hintOf = (secret: string): string => `…${secret.slice(-HINT_LENGTH)}`;
