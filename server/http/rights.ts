// What a key may do. Every operation needs exactly one right; none of them includes another.

export const rights = ['read', 'write', 'purchase', 'secrets', 'admin'] as const;

/**
 * `read` looks, `write` changes what is there, `purchase` spends credits or charges a card, `secrets` sees or sets
 * passwords and seeds, `admin` decides about keys, workspaces and the plan.
 */
export type Right = (typeof rights)[number];

/** What a new key may do, where, and from where. */
export type KeyWish = {
  teamUid: string;
  name: string;
  expiresAt?: Date | null;
  /** Whether its holder runs the installation, and not only a team on it. */
  operator?: boolean;
  /** Default: all. */
  scopes?: readonly Right[];
  /** Null: every workspace of the team. */
  workspaceUids?: readonly string[] | null;
  /** Null: every domain of the workspaces. A key with domains has the workspaces of these. */
  domainUids?: readonly string[] | null;
  /** In CIDR form; null: from anywhere. */
  allowedNetworks?: readonly string[] | null;
};
