// GET /sequencers/where-used: the sequencers that have a mailbox, and how it stands there.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxFind, mailboxNotFound } from '../mailboxes/index.ts';
import { exportsOfMailboxes } from './export-store.ts';
import { exportRow, exportShape } from './schema.ts';
import { sequencersOfWorkspace } from './store.ts';

export const whereUsed = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.where-used',
  summary: 'Show where a mailbox is used',
  method: 'GET',
  path: '/sequencers/where-used',
  aliases: [{ method: 'GET', path: '/mailboxes/where-used' }],
  scope: 'workspace',
  keepsToDomains: ['mailbox_uid'],
  query: z.strictObject({ mailbox_uid: uidToFind }),
  response: z.object({
    mailbox_uid: z.uuid(),
    mailbox_email: z.string(),
    data: z.array(
      z
        .object({ sequencer_name: z.string(), platform: z.string(), export: exportShape })
        .meta({ id: 'MailboxUse' }),
    ),
  }),
  errors: [mailboxNotFound],
  async handle({ query, workspace }, { db }) {
    const mailbox = await mailboxFind(db, workspace.uid, { uid: query.mailbox_uid });
    if (!mailbox) throw mailboxNotFound('Mailbox not found');
    const exports = await exportsOfMailboxes(db, [mailbox.uid]);
    const uids = exports.map(({ sequencerUid }) => sequencerUid);
    const sequencers = await sequencersOfWorkspace(db, workspace.uid, uids);
    return {
      message: 'Uses of the mailbox retrieved successfully',
      mailbox_uid: mailbox.uid,
      mailbox_email: mailbox.address,
      data: exports.flatMap((row) => {
        const account = sequencers.get(row.sequencerUid);
        return account
          ? [
              {
                sequencer_name: account.name,
                platform: account.platform,
                export: exportRow(row, mailbox.address),
              },
            ]
          : [];
      }),
    };
  },
});
