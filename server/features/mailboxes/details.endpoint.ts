// GET /mailboxes/details: one mailbox, by uid or exact address; its fields at the top level and under `mailbox`.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { aliasesOf } from './changes-store.ts';
import { findOne, oneMailbox } from './credentials.ts';
import { mailboxNotFound } from './errors.ts';
import { mailboxRow, mailboxShape } from './schema.ts';

const shape = z.object({
  ...mailboxShape.shape,
  signature: z.string().nullable().meta({ description: 'HTML that is safe to show' }),
  forwarding_keep_copy: z.boolean(),
  aliases: z.array(z.object({ email: z.string(), ends_at: z.iso.datetime() })).meta({
    description: 'Addresses it had before its username was changed, and until when they are its own',
  }),
});

export const mailboxDetails = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.details',
  summary: 'Get mailbox details',
  description: 'By `uid`, or by `email`, which must be the exact address.',
  method: 'GET',
  path: '/mailboxes/details',
  aliases: [{ method: 'GET', path: '/mailboxes/{uid}' }],
  scope: 'workspace',
  keepsToDomains: ['uid', 'email'],
  query: oneMailbox,
  response: z.object({ ...shape.shape, mailbox: shape }),
  errors: [mailboxNotFound],
  async handle({ query, workspace }, { db }) {
    const mailbox = await findOne(db, workspace.uid, query);
    const aliases = await aliasesOf(db, mailbox.uid);
    const row = {
      ...(await mailboxRow(db, mailbox)),
      signature: mailbox.signature,
      forwarding_keep_copy: mailbox.forwardingKeepCopy,
      aliases: aliases.map(({ address, endsAt }) => ({ email: address, ends_at: endsAt })),
    };
    return { message: 'Mailbox retrieved successfully', ...row, mailbox: row };
  },
});
