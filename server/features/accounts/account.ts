// A team, and the API keys that act for it.
import type { Caller } from '../../http/endpoint.ts';
import type { KeyWish } from '../../http/rights.ts';

export type Team = {
  uid: string;
  name: string;
  createdAt: Date;
  /** The team whose test keys act in this one; null for a team that is no sandbox. */
  sandboxOf: string | null;
};

/** Who is calling: the team a key belongs to, the key itself, and what it may do. */
export type KeyHolder = Caller;

/** Why a token was refused, in the words existing clients know. */
export type KeyRefusal = 'jwt malformed' | 'invalid signature' | 'jwt expired' | 'jwt revoked';

export type KeyCheck =
  | { ok: true; holder: KeyHolder }
  /** `known`: whose key it was; not of a token that this installation never made. */
  | { ok: false; refusal: KeyRefusal; known?: { teamId: string; keyId: string } }
  /** A good key, used from where it may not be. */
  | { ok: false; refusedAddress: string; known: { teamId: string; keyId: string } };

/** A key as people see it; the token itself is kept nowhere. */
export type ApiKey = Required<KeyWish> & {
  uid: string;
  /** Whether it acts in the sandbox of a team. */
  test: boolean;
  createdAt: Date;
  /** From when on it is refused. */
  revokedAt: Date | null;
  replacedBy: string | null;
  lastUsedAt: Date | null;
  lastUsedFrom: string | null;
};
