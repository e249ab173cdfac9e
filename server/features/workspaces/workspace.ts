// A workspace: an independent container of domains, mailboxes, tags and sequencers inside a team.
import type { Db, Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import type { WorkspaceLimits } from './limits.ts';

export type Workspace = {
  uid: string;
  teamUid: string;
  name: string;
  webhookUrl: string | null;
  adminsOnly: boolean;
  workspaceType: string;
  useSharedBilling: boolean;
  limits: WorkspaceLimits;
  /** Since when it is taken apart with everything in it; null while it is not. */
  offboardingSince: Date | null;
  offboardingRuns: number;
  /** Why it could not be taken apart. */
  offboardingProblem: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** What a workspace holds; domains and mailboxes know, and hand it in. */
export type WorkspaceContents = { domains: number; assignableDomains: number; mailboxes: number };

export type ReadContents = (db: Db, workspaceUids: string[]) => Promise<Map<string, WorkspaceContents>>;

/**
 * Told, in the same transaction, when the webhook address of a workspace was set or cleared, or the workspace deleted.
 * Webhooks come later in the order of features and hand it in.
 */
export type FollowWorkspace = (
  tx: Tx,
  change: { workspace: Workspace; deleted: boolean; keyUid: string | null; secrets: SecretBox; now: Date },
) => Promise<void>;

export const emptyContents: WorkspaceContents = { domains: 0, assignableDomains: 0, mailboxes: 0 };

/** The row as the API shows it. */
export const workspaceRow = (workspace: Workspace, contents: WorkspaceContents) => ({
  uid: workspace.uid,
  id: workspace.uid,
  name: workspace.name,
  team: workspace.teamUid,
  webhook_url: workspace.webhookUrl,
  admins_only: workspace.adminsOnly,
  domains: contents.domains,
  assignable_domains: contents.assignableDomains,
  mailboxes: contents.mailboxes,
  workspace_type: workspace.workspaceType,
  use_shared_billing: workspace.useSharedBilling,
  limits: { max_domains: workspace.limits.maxDomains, max_mailboxes: workspace.limits.maxMailboxes },
  status: workspace.offboardingSince ? ('offboarding' as const) : ('active' as const),
  offboarding: workspace.offboardingSince && {
    since: workspace.offboardingSince.toISOString(),
    problem: workspace.offboardingProblem,
  },
  createdAt: workspace.createdAt.toISOString(),
  updatedAt: workspace.updatedAt.toISOString(),
});
