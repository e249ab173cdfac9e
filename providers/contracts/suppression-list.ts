// The addresses that mailboxes of a workspace do not write to. Kept by the installation's own mail plane, which refuses
// mail for them.

export type SuppressionSource = 'bounce' | 'manual' | 'import';

export type Suppression = {
  id: string;
  /** In the spelling of `normalizeAddress`. */
  address: string;
  source: SuppressionSource;
  reason: string | null;
  createdAt: Date;
};

export type SuppressionList = {
  /** Newest first, after the one given where there is one. `total` counts to `MOST_COUNTED` of the mail queue. */
  page(
    workspaceId: string,
    filter: { keyword?: string | undefined; source?: SuppressionSource | undefined },
    page: { limit: number; offset: number; after: { createdAt: Date; uid: string } | null },
  ): Promise<{ suppressions: Suppression[]; total: number }>;
  /** Adds those that are not there, and answers them. Addresses are normalised. */
  add(
    workspaceId: string,
    entries: { address: string; reason: string | null }[],
    source: SuppressionSource,
  ): Promise<string[]>;
  /** Answers those that were there. */
  remove(workspaceId: string, addresses: string[]): Promise<string[]>;
};
