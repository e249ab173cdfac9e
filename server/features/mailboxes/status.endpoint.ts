// POST /mailboxes/status: where mailboxes stand, by their uids or by those of their domains.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageBody, pageFields, pageOffset } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { domainsByUid } from '../domains/index.ts';
import { mailboxRows, mailboxShape } from './schema.ts';
import { mailboxesByUids } from './store.ts';

const uids = z.array(z.uuid()).max(500);

export const mailboxStatus = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.status',
  summary: 'Check mailbox status',
  method: 'POST',
  path: '/mailboxes/status',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain_uids'],
  writes: false,
  body: z
    .strictObject({ ...pageBody, uids: uids.default([]), domain_uids: uids.default([]) })
    .refine((body) => body.uids.length + body.domain_uids.length > 0, {
      error: 'uids is required',
      path: ['uids'],
    }),
  response: z.object({
    mailboxes: z.array(mailboxShape),
    domains: z.array(
      z.object({
        uid: z.uuid(),
        name: z.string(),
        status: z.string(),
        renewal_date: z.iso.datetime().nullable(),
        workspace_id: z.uuid(),
      }),
    ),
    ...pageAnswer,
  }),
  errors: [],
  async handle({ body, workspace }, { db }) {
    const which = { uids: body.uids, domainUids: body.domain_uids };
    const page = { limit: body.limit, offset: pageOffset(body) };
    const { mailboxes, total } = await mailboxesByUids(db, workspace.uid, which, page);
    const domains = await domainsByUid(db, workspace.uid, body.domain_uids);
    return {
      message: 'Mailbox status retrieved successfully',
      mailboxes: await mailboxRows(db, mailboxes),
      domains: domains.map((domain) => ({
        uid: domain.uid,
        name: domain.name,
        status: domain.status,
        renewal_date: domain.renewalDate?.toISOString() ?? null,
        workspace_id: domain.workspaceUid,
      })),
      ...pageFields(body, total),
    };
  },
});
