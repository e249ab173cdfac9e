// POST /sequencers/delete: accounts go, and with remove_mailboxes what they were handed is removed there first.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { sequencerNotFound } from './errors.ts';
import { sequencerEvent } from './events.ts';
import { exportsLock } from './export-store.ts';
import { findSequencers, lockSequencer } from './find.ts';
import { restartExports } from './restart.ts';
import { sequencerDelete, sequencerUpdate } from './store.ts';
import { showUse } from './use.ts';

export const deleteSequencers = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.delete',
  summary: 'Delete sequencers',
  description:
    'Mailboxes stay at the sequencer, and go on being used there, unless `remove_mailboxes` is sent: then each is removed ' +
    'there, and the sequencer is gone when the last one is.',
  method: 'POST',
  path: '/sequencers/delete',
  scope: 'workspace',
  reachesOutside: true,
  body: z.strictObject({
    uids: z.array(z.uuid()).min(1).max(50),
    remove_mailboxes: z.boolean().default(false),
  }),
  response: z.object({ deleted: z.array(z.uuid()), removing: z.array(z.uuid()) }),
  errors: [sequencerNotFound],
  handle: ({ body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      // One that cannot be emptied, because it lets nobody in any more, is let go of by asking again without.
      const found = await findSequencers(tx, workspace.uid, body.uids, { alsoRemoving: true });
      const deleted: string[] = [];
      const removing: string[] = [];
      const mailboxes: string[] = [];
      for (const { uid } of found.toSorted((a, b) => (a.uid < b.uid ? -1 : 1))) {
        const account = await lockSequencer(tx, workspace.uid, uid);
        const rows = await exportsLock(tx, { sequencerUids: [uid] });
        if (body.remove_mailboxes && rows.length > 0) {
          removing.push(uid);
          const status = { status: 'removing' as const, statusReason: null, statusSince: now };
          await sequencerUpdate(tx, uid, status, now);
          const change = { status: 'removing' as const, stage: 'remove' as const };
          await restartExports(
            tx,
            rows.map((row) => ({ row, change, cause: 'sequencer_deleted' })),
            now,
          );
          continue;
        }
        deleted.push(uid);
        await sequencerDelete(tx, uid);
        await recordEvents(tx, [sequencerEvent('deleted', account, now)]);
        mailboxes.push(...rows.map(({ mailboxUid }) => mailboxUid));
      }
      await showUse(tx, mailboxes);
      return { message: 'Sequencers deleted successfully', deleted, removing };
    }),
});
