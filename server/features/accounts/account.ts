// A team, and the API keys that act for it.

export type Team = { uid: string; name: string; createdAt: Date };

/** Who is calling: the team a key belongs to, the key itself, and whether its holder runs the installation. */
export type KeyHolder = { teamId: string; keyId: string; operator: boolean };

/** Why a token was refused, in the words existing clients know. */
export type KeyRefusal = 'jwt malformed' | 'invalid signature' | 'jwt expired' | 'jwt revoked';

export type KeyCheck = { ok: true; holder: KeyHolder } | { ok: false; refusal: KeyRefusal };
