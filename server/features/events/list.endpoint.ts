// GET /events: everything that happened, in order, from wherever the reader stopped.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { eventRow } from './event.ts';
import { eventQuery, eventShape } from './schema.ts';
import { eventsAfter, lastPosition } from './store.ts';

export const listEvents = defineEndpoint<FeatureContext>()({
  operation: 'events.list',
  summary: 'List events',
  description:
    'Every event of the team in the order in which it can be read, so that a receiver which was away catches up: send ' +
    'the `cursor` of the last answer as `after` until `has_more` is false. An event never appears before a cursor ' +
    'that was answered. Events hold no secrets.',
  method: 'GET',
  path: '/events',
  scope: 'team',
  query: z.strictObject({
    ...eventQuery,
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  }),
  response: z.object({
    events: z.array(eventShape),
    cursor: z.string().meta({ description: 'Where this answer ends, also when it is empty.' }),
    has_more: z.boolean(),
  }),
  async handle({ query, caller }, { db }) {
    const position = query.after ?? 0;
    const upTo = await lastPosition(db, caller.teamId);
    const events = await eventsAfter(
      db,
      { position, upTo, limit: query.limit },
      {
        teamUid: caller.teamId,
        workspaceUid: query.workspace_uid,
        subjectUid: query.subject_uid,
        types: query.types,
        hiddenWorkspaceUids: caller.person?.closedWorkspaceUids,
      },
    );
    const full = events.length === query.limit;
    const end = full ? events.at(-1)!.position : Math.max(position, upTo);
    return {
      message: 'Events retrieved successfully',
      events: events.map(eventRow),
      cursor: String(end),
      has_more: end < upTo,
    };
  },
});
