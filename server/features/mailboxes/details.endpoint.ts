// GET /mailboxes/details?uid=: one mailbox, its fields at the top level and under `mailbox`.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxNotFound } from './errors.ts';
import { mailboxRow, mailboxShape } from './schema.ts';
import { mailboxFind } from './store.ts';

export const mailboxDetails = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.details',
  summary: 'Get mailbox details',
  method: 'GET',
  path: '/mailboxes/details',
  aliases: [{ method: 'GET', path: '/mailboxes/{uid}' }],
  scope: 'workspace',
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({ ...mailboxShape.shape, mailbox: mailboxShape }),
  errors: [mailboxNotFound],
  async handle({ query, workspace }, { db }) {
    const mailbox = await mailboxFind(db, workspace.uid, query);
    if (!mailbox) throw mailboxNotFound('Mailbox not found');
    const row = mailboxRow(mailbox);
    return { message: 'Mailbox retrieved successfully', ...row, mailbox: row };
  },
});
