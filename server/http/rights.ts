// What a key may do. Every operation needs exactly one right; none of them includes another.

export const rights = ['read', 'write', 'purchase', 'secrets', 'admin'] as const;

/**
 * `read` looks, `write` changes what is there, `purchase` spends credits or charges a card, `secrets` sees or sets
 * passwords and seeds, `admin` decides about keys, workspaces and the plan.
 */
export type Right = (typeof rights)[number];
