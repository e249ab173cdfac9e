// POST /mailboxes/drift/remove-unknown: removes a mailbox that only its host knows.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { type DriftFound, driftByUid, driftEnd } from './drift-store.ts';
import { driftNotFound, driftNotRemovable, removalNotConfirmed } from './errors.ts';
import { unknownRemoved } from './events.ts';
import { hostsByVendor, isFree } from './reconcile.job.ts';
import { mailboxByUid } from './store.ts';

export const removeUnknownMailbox = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.remove-unknown',
  summary: 'Remove a mailbox that only its host knows',
  description:
    'A comparison found it at the host, and it is no mailbox of this installation (any more): nobody pays for it. It is ' +
    'removed there with all of its mail, which cannot be undone; `confirm_email` repeats its address. Before that the host ' +
    'is asked once more whether it still is the one that was found.',
  method: 'POST',
  path: '/mailboxes/drift/remove-unknown',
  scope: 'workspace',
  right: 'admin',
  body: z.strictObject({
    uid: uidToFind.meta({ description: 'Of the difference, from `GET /mailboxes/drift`' }),
    confirm_email: z.string().trim().min(3).max(320),
  }),
  response: z.object({ email: z.string(), host_id: z.string() }),
  errors: [driftNotFound, driftNotRemovable, removalNotConfirmed],
  async handle({ body, workspace, caller, requestId, commit }, context) {
    const { db, clock } = context;
    const drift = await driftByUid(db, workspace.uid, body.uid);
    if (!drift) throw driftNotFound('Difference not found');
    if (body.confirm_email.toLowerCase() !== drift.address.toLowerCase()) {
      throw removalNotConfirmed('The address is not the one of the mailbox', { email: drift.address });
    }
    await removeAtHost(context, drift);
    return commit(async (tx) => {
      const at = clock.now();
      await driftEnd(tx, drift.uid, at);
      const { address: email, hostId } = drift;
      const about = { teamUid: caller.teamId, workspaceUid: workspace.uid, email, hostId };
      await recordEvents(tx, [unknownRemoved({ ...about, by: { ...caller, requestId }, at })]);
      return { message: 'Mailbox removed at its host', email, host_id: hostId };
    });
  },
});

/** Asked again, it finds nothing to remove. */
const removeAtHost = async (context: FeatureContext, drift: DriftFound): Promise<void> => {
  const { kind, hostId, address, vendor, resolvedAt } = drift;
  const own = z.uuid().safeParse(hostId).success ? await mailboxByUid(context.db, hostId) : undefined;
  if (kind !== 'unknown_at_host' || resolvedAt || (own && !isFree(own))) {
    throw driftNotRemovable('This is no mailbox that only its host knows', { kind });
  }
  const host = (await hostsByVendor(context)).get(vendor);
  if (!host) throw driftNotRemovable('Nothing of this installation is at that host any more', { kind });
  const hosted = await host.findMailbox({ id: hostId });
  if (hosted && hosted.address !== address) {
    throw driftNotRemovable('The mailbox has another address now', { kind, email: hosted.address });
  }
  await host.removeMailbox(hostId);
};
