// POST /sequencers/export: hands mailboxes to one or more sequencers; those that are being made go when they are ready.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxNotChangeable, mailboxNotFound } from '../mailboxes/index.ts';
import { sequencerNotFound } from './errors.ts';
import { readinessOf, type SequencerExport } from './export.ts';
import { findMailboxes, findSequencers } from './find.ts';
import { handOver } from './hand-over.ts';
import { exportRow, exportShape, mailboxUids } from './schema.ts';

export const exportToSequencer = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.export',
  summary: 'Export mailboxes to sequencers',
  description:
    'Answers at once; `sequencers/export/status` and the event `sequencer_export.status_changed` tell how each mailbox ' +
    'gets on. A mailbox that is exported already stays as it is, and is begun anew when that had failed.',
  method: 'POST',
  path: '/sequencers/export',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uids'],
  reachesOutside: true,
  rateLimit: 'bulk',
  body: z
    .strictObject({
      sequencer_uid: uidToFind.optional(),
      sequencer_uids: z.array(z.uuid()).min(1).max(20).optional(),
      mailbox_uids: mailboxUids,
    })
    .refine((body) => body.sequencer_uid !== undefined || body.sequencer_uids !== undefined, {
      error: 'sequencer_uid is required, or sequencer_uids',
      path: ['sequencer_uid'],
    }),
  response: z.object({
    results: z.object({
      new_exports_created: z.int(),
      exports_restarted: z.int(),
      duplicate_exports_skipped: z.int(),
      refused: z.int(),
    }),
    exports: z.object({
      created: z.array(exportShape),
      restarted: z.array(exportShape),
      duplicates: z.array(exportShape),
      refused: z.array(z.object({ mailbox_uid: z.uuid(), code: z.string(), error: z.string() })),
    }),
  }),
  errors: [sequencerNotFound, mailboxNotFound, mailboxNotChangeable],
  handle: ({ body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const wanted = [...(body.sequencer_uids ?? []), ...(body.sequencer_uid ? [body.sequencer_uid] : [])];
      const sequencers = await findSequencers(tx, workspace.uid, wanted);
      const mailboxes = await findMailboxes(tx, workspace.uid, body.mailbox_uids);
      const alive = mailboxes.filter(({ status }) => readinessOf(status) !== 'gone');
      const gone = mailboxes.filter((mailbox) => !alive.includes(mailbox));
      if (alive.length === 0) {
        const { address, status, statusReason } = gone[0]!;
        throw mailboxNotChangeable(`${address} is ${status} and cannot be exported`, {
          status,
          reason: statusReason,
        });
      }
      const pairs = sequencers.flatMap(({ uid: sequencerUid }) =>
        alive.map((mailbox) => ({ sequencerUid, mailbox })),
      );
      const { created, restarted, duplicates } = await handOver(tx, pairs, clock.now());
      const emails = new Map(alive.map(({ uid, address }) => [uid, address]));
      const rows = (some: readonly SequencerExport[]) =>
        some.map((row) => exportRow(row, emails.get(row.mailboxUid)!));
      return {
        message: `Export started: ${created.length} new, ${restarted.length} begun anew, ${duplicates.length} there already`,
        results: {
          new_exports_created: created.length,
          exports_restarted: restarted.length,
          duplicate_exports_skipped: duplicates.length,
          refused: gone.length,
        },
        exports: {
          created: rows(created),
          restarted: rows(restarted),
          duplicates: rows(duplicates),
          refused: gone.map(({ uid, address, status }) => ({
            mailbox_uid: uid,
            code: mailboxNotChangeable.definition.code,
            error: `${address} is ${status} and cannot be exported`,
          })),
        },
      };
    }),
});
