// The address that a workspace has in its settings, as an endpoint: the way clients of the reference API set one.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { FollowWorkspace } from '../workspaces/index.ts';
import { lanesWake } from './delivery-store.ts';
import { sealWebhookSecret } from './secrets.ts';
import { newWebhookSecret } from './sign.ts';
import {
  endpointDelete,
  endpointInsert,
  endpointOfSettingsLock,
  endpointsOfWorkspaceDelete,
  endpointUpdate,
} from './store.ts';

/** Its signature is that of the key which set it: a receiver knows that key. */
export const followWorkspace: FollowWorkspace = async (
  tx: Tx,
  { workspace, deleted, keyUid, secrets, now },
) => {
  if (deleted) return endpointsOfWorkspaceDelete(tx, workspace.uid);
  const before = await endpointOfSettingsLock(tx, workspace.uid);
  const url = workspace.webhookUrl;
  if (url === null) {
    if (before) await endpointDelete(tx, before.uid);
    return;
  }
  if (before) {
    const enabled = { status: 'enabled' as const, disabledReason: null, failingSince: null };
    const change = { url, keyUid, ...enabled, unavailableTimes: 0, holdUntil: null };
    await endpointUpdate(tx, before.uid, change, now);
    await lanesWake(tx, before.uid, now);
    return;
  }
  const uid = newId();
  await endpointInsert(tx, {
    uid,
    teamUid: workspace.teamUid,
    workspaceUid: workspace.uid,
    ofWorkspaceSettings: true,
    url,
    description: 'Webhook address of the workspace',
    format: 'inboxkit',
    eventTypes: [],
    includeSecrets: false,
    keyUid,
    previousSecretUntil: null,
    status: 'enabled',
    disabledReason: null,
    failingSince: null,
    createdAt: now,
    updatedAt: now,
    secretSealed: sealWebhookSecret(secrets, uid, newWebhookSecret()),
  });
};
