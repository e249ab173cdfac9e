// POST /sequencers/export/retry: begins exports anew, failed ones or any that are named.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { exportNotFound, sequencerNotFound } from './errors.ts';
import { exportsLock } from './export-store.ts';
import { findSequencers } from './find.ts';
import { restartExports } from './restart.ts';

export const retryExports = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.retry',
  summary: 'Retry exports',
  description:
    'With `uids`, those, also when they are connected; with `sequencer_uid`, every export to it that failed.',
  method: 'POST',
  path: '/sequencers/export/retry',
  scope: 'workspace',
  reachesOutside: true,
  rateLimit: 'bulk',
  body: z
    .strictObject({
      uids: orAbsent(z.array(z.uuid()).min(1).max(500)),
      sequencer_uid: orAbsent(z.uuid()),
    })
    .refine((body) => body.uids !== undefined || body.sequencer_uid !== undefined, {
      error: 'uids is required, or sequencer_uid in its place',
      path: ['uids'],
    }),
  response: z.object({ restarted: z.array(z.uuid()) }),
  errors: [exportNotFound, sequencerNotFound],
  handle: ({ body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      if (body.sequencer_uid) await findSequencers(tx, workspace.uid, [body.sequencer_uid]);
      const named = body.uids ? await exportsLock(tx, { uids: body.uids }) : [];
      const own = named.filter(({ workspaceUid }) => workspaceUid === workspace.uid);
      const found = new Set(own.map(({ uid }) => uid));
      const missing = (body.uids ?? []).filter((uid) => !found.has(uid));
      if (missing.length > 0)
        throw exportNotFound(`Export not found: ${missing.join(', ')}`, { uids: missing });
      const ofSequencer = body.sequencer_uid
        ? await exportsLock(tx, { sequencerUids: [body.sequencer_uid] })
        : [];
      const rows = [
        ...own.filter(({ status }) => status !== 'removing'),
        ...ofSequencer.filter(({ uid, status }) => status === 'failed' && !found.has(uid)),
      ];
      await restartExports(
        tx,
        rows.map((row) => ({ row, cause: 'asked' })),
        clock.now(),
      );
      return { message: `Exports begun anew: ${rows.length}`, restarted: rows.map(({ uid }) => uid) };
    }),
});
