// Takes a workspace apart with everything in it: its keys, what it has ordered, its domains with their mailboxes, itself.
//
// Durable because the domains and mailboxes are at several hosts, any of which may be away for hours, and a registration
// that is under way has to end before its name can go. It only goes forward: what was removed stays removed, and nothing
// is paid back but what was set aside and never bought, which those who set it aside give back once. When something
// refuses to go, the workspace stays with the reason, and deleting it again begins another run.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';
import { publicReason } from '../../../workflow/failure.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { contentsOf, deleteWorkspace } from './change.ts';
import { offboardingFailed, offboardingStarted } from './events.ts';
import { workspaceLock, workspaceOffboard, workspaceTeam } from './store.ts';
import type { FollowWorkspace, ReadContents, Workspace } from './workspace.ts';

/** What is in a workspace; later features hand in how it goes. Each does nothing twice, however often it is asked. */
export type WorkspaceParts = {
  /** Revokes the keys that are good for this workspace alone. */
  revokeKeys(context: FeatureContext, workspace: { teamUid: string; uid: string }): Promise<void>;
  /**
   * Ends orders that wait, and begins to remove the domains with their mailboxes; answers how many are still there.
   * `again`: also those whose removal failed before; without it such a one is refused.
   */
  empty(context: FeatureContext, workspaceUid: string, options: { again: boolean }): Promise<number>;
  readContents: ReadContents;
  follow: FollowWorkspace;
};

type Args = { workspaceUid: string };

const FIRST_LOOK_MS = 2_000;
const LONGEST_WAIT_MS = 10 * 60_000;

export const offboardId = ({ uid, offboardingRuns }: Pick<Workspace, 'uid' | 'offboardingRuns'>): string =>
  `workspaces.offboard:${uid}:${offboardingRuns}`;

export const offboarding = (parts: WorkspaceParts) =>
  defineWorkflow({
    name: 'workspaces.offboard',
    steps: {
      revokeKeys: {
        does: 'revokes the keys that are good for this workspace alone',
        run: (context: FeatureContext, { workspaceUid }: Args) => revokeKeys(parts, context, workspaceUid),
        undo: null,
        irreversibleBecause: 'a key that was revoked is never good again',
      },
      empty: {
        does: 'has what it holds removed; answers how much is still there',
        run: (context: FeatureContext, { workspaceUid, again }: Args & { again: boolean }) =>
          parts.empty(context, workspaceUid, { again }),
        undo: null,
        irreversibleBecause: 'mail that is gone is gone',
      },
      finish: {
        does: 'deletes the workspace and its webhooks; answers whether it was empty',
        run: (context: FeatureContext, { workspaceUid }: Args) => finish(parts, context, workspaceUid),
        undo: null,
        irreversibleBecause: 'it is the last step',
      },
    },

    async run(flow, { workspaceUid }: Args) {
      await flow.step('revokeKeys', { workspaceUid });
      let again = true;
      for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
        const left = await flow.step('empty', { workspaceUid, again });
        if (left === 0 && (await flow.step('finish', { workspaceUid }))) return;
        again = false;
        await flow.sleep(waitMs);
      }
    },

    async onFailure({ db, clock }, { input, failure }) {
      await inTransaction(db, async (tx) => {
        const workspace = await lockByUid(tx, input.workspaceUid);
        if (!workspace) return;
        const problem = publicReason(failure);
        await workspaceOffboard(tx, { ...workspace, offboardingProblem: problem }, clock.now());
        await recordEvents(tx, [offboardingFailed(workspace, problem, clock.now())]);
      });
    },
  });

/** Begins to take a workspace apart that is locked, unless that is under way. */
export const beginOffboarding = async (
  tx: Tx,
  { workflows }: Pick<FeatureContext, 'workflows'>,
  parts: WorkspaceParts,
  workspace: Workspace,
  now: Date,
): Promise<Workspace> => {
  if (workspace.offboardingSince && workspace.offboardingProblem === null) return workspace;
  const leaving: Workspace = {
    ...workspace,
    offboardingSince: workspace.offboardingSince ?? now,
    offboardingRuns: workspace.offboardingRuns + 1,
    offboardingProblem: null,
  };
  await workspaceOffboard(tx, leaving, now);
  await recordEvents(tx, [offboardingStarted(leaving, now)]);
  await workflows.start(tx, offboarding(parts), offboardId(leaving), { workspaceUid: leaving.uid });
  return leaving;
};

/** Null when it is deleted already. */
const lockByUid = async (tx: Tx, uid: string): Promise<Workspace | null> =>
  workspaceLock(tx, await workspaceTeam(tx, uid), uid);

const revokeKeys = async (parts: WorkspaceParts, context: FeatureContext, uid: string): Promise<void> =>
  parts.revokeKeys(context, { teamUid: await workspaceTeam(context.db, uid), uid });

async function finish(parts: WorkspaceParts, context: FeatureContext, uid: string): Promise<boolean> {
  const { db, clock, secrets } = context;
  return inTransaction(db, async (tx) => {
    const workspace = await lockByUid(tx, uid);
    if (!workspace) return true;
    const { domains, mailboxes } = await contentsOf(tx, parts.readContents, uid);
    if (domains + mailboxes > 0) return false;
    const now = clock.now();
    await deleteWorkspace(tx, workspace, now);
    await parts.follow(tx, { workspace, deleted: true, keyUid: null, secrets, now });
    return true;
  });
}
