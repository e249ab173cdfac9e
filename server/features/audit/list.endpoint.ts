// GET /audit: who did what, newest first.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { cursorField, DEFAULT_LIMIT, encodeCursor, MAX_LIMIT, nextCursorAnswer } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { chainedRecord, outcomes } from './entry.ts';
import { placeWhatWaits } from './place.job.ts';
import { actorTypes, entryShape } from './schema.ts';
import { entriesBefore } from './store.ts';

const time = orAbsent(z.iso.datetime({ offset: true }));

export const listAudit = defineEndpoint<FeatureContext>()({
  operation: 'audit.list',
  summary: 'List audit entries',
  description:
    'Every write, every look at credentials, and every refusal of a known key or person, newest first. To read on, send ' +
    '`next_cursor` as `cursor`. Secrets are blanked.',
  method: 'GET',
  path: '/audit',
  aliases: [{ method: 'GET', path: '/audit/list' }],
  scope: 'team',
  right: 'admin',
  query: z.strictObject({
    cursor: orAbsent(cursorField(z.tuple([z.int().min(1)]))),
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
    operation: orAbsent(z.string().regex(/^[a-z-]+\.([a-z-]+|\*)$/)).meta({
      description: '`mailboxes.buy`, or all of a noun: `mailboxes.*`',
    }),
    outcome: orAbsent(z.enum(outcomes)),
    actor: orAbsent(z.uuid()).meta({ description: 'The uid of a key or a person' }),
    actor_type: orAbsent(z.enum(actorTypes)),
    target: orAbsent(z.uuid()).meta({ description: 'What it is about: a mailbox, a domain, a key, …' }),
    workspace_uid: orAbsent(z.uuid()),
    request_id: orAbsent(z.string().max(128)),
    since: time,
    until: time,
  }),
  response: z.object({ entries: z.array(entryShape), ...nextCursorAnswer }),
  async handle({ query, caller }, { db, clock }) {
    await placeWhatWaits({ db, clock });
    const filter = {
      operation: query.operation,
      outcome: query.outcome,
      actorUid: query.actor,
      actorType: query.actor_type,
      target: query.target,
      workspaceUid: query.workspace_uid,
      requestId: query.request_id,
      since: query.since === undefined ? undefined : new Date(query.since),
      until: query.until === undefined ? undefined : new Date(query.until),
    };
    const page = { before: query.cursor?.[0], limit: query.limit };
    const entries = await entriesBefore(db, caller.teamId, filter, page);
    const last = entries.length === query.limit ? entries.at(-1) : undefined;
    return {
      message: 'Audit entries retrieved successfully',
      entries: entries.map(chainedRecord),
      next_cursor: last ? encodeCursor([last.position]) : null,
    };
  },
});
