// GET /mailboxes/drift: where the mailboxes of the workspace and what their host has differ.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { driftKinds } from './drift.ts';
import { driftPage } from './drift-store.ts';

const driftRow = z
  .object({
    uid: z.uuid(),
    mailbox_uid: z.uuid().nullable().meta({ description: 'Null for one that only the host knows' }),
    host_id: z.string(),
    email: z.string(),
    kind: z.enum(driftKinds),
    expected: z.string().nullable().meta({ description: 'What is stored here' }),
    found: z.string().nullable().meta({ description: 'What the host has' }),
    repaired: z.boolean(),
    found_at: z.iso.datetime(),
    seen_at: z.iso.datetime().meta({ description: 'By the latest comparison that saw it' }),
    resolved_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'MailboxDrift' });

export const mailboxDrift = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.drift',
  summary: 'List differences between what is stored and what mailbox hosts have',
  description:
    'What the latest comparisons found, newest first. What differs at the host is set to what is stored here, and a mailbox ' +
    'that it has lost is made again with the secrets, addresses and forwarding it had: those are `repaired`, and what could ' +
    'not be repaired is tried again by the next comparison. Mailboxes that only the host knows are left as they are: ' +
    '`mailboxes/drift/remove-unknown` removes one.',
  method: 'GET',
  path: '/mailboxes/drift',
  scope: 'workspace',
  query: z.strictObject({
    ...pageQuery,
    status: z.enum(['open', 'resolved']).default('open'),
    kind: orAbsent(z.enum(driftKinds)),
  }),
  response: z.object({ drift: z.array(driftRow), ...pageAnswer }),
  errors: [],
  async handle({ query, workspace }, { db }) {
    const page = { limit: query.limit, offset: pageOffset(query) };
    const filter = { resolved: query.status === 'resolved', kind: query.kind };
    const { rows, total } = await driftPage(db, workspace.uid, filter, page);
    return {
      message: 'Mailbox drift retrieved successfully',
      drift: rows.map((row) => ({
        uid: row.uid,
        mailbox_uid: row.mailboxUid,
        host_id: row.hostId,
        email: row.address,
        kind: row.kind,
        expected: row.expected,
        found: row.found,
        repaired: row.repaired,
        found_at: row.foundAt.toISOString(),
        seen_at: row.seenAt.toISOString(),
        resolved_at: row.resolvedAt?.toISOString() ?? null,
      })),
      ...pageFields(query, total),
    };
  },
});
