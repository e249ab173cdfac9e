// POST /sequencers/mailboxes/remove: takes mailboxes away from a sequencer.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { exportNotFound, sequencerNotFound } from './errors.ts';
import { exportsLock } from './export-store.ts';
import { findSequencers } from './find.ts';
import { restartExports } from './restart.ts';
import { mailboxUids } from './schema.ts';

export const removeMailboxesFromSequencer = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.remove-mailboxes',
  summary: 'Remove mailboxes from sequencer',
  description:
    'Each is removed at the sequencer, and its export with it; the event `sequencer_export.removed` tells when. Where a ' +
    'sequencer lets mailboxes be removed by hand only, the event says `removal_unsupported`.',
  method: 'POST',
  path: '/sequencers/mailboxes/remove',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uids'],
  reachesOutside: true,
  body: z.strictObject({ sequencer_uid: uidToFind, mailbox_uids: mailboxUids }),
  response: z.object({ removing: z.array(z.uuid()) }),
  errors: [sequencerNotFound, exportNotFound],
  handle: ({ body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      await findSequencers(tx, workspace.uid, [body.sequencer_uid]);
      const rows = await exportsLock(tx, {
        sequencerUids: [body.sequencer_uid],
        mailboxUids: body.mailbox_uids,
      });
      const there = new Set(rows.map(({ mailboxUid }) => mailboxUid));
      const missing = body.mailbox_uids.filter((uid) => !there.has(uid));
      if (missing.length > 0) {
        throw exportNotFound(`Not exported to this sequencer: ${missing.join(', ')}`, { uids: missing });
      }
      const change = { status: 'removing' as const, stage: 'remove' as const };
      await restartExports(
        tx,
        rows.filter(({ stage }) => stage !== 'remove').map((row) => ({ row, change, cause: 'asked' })),
        clock.now(),
      );
      return {
        message: `Mailboxes being removed: ${rows.length}`,
        removing: rows.map(({ mailboxUid }) => mailboxUid),
      };
    }),
});
